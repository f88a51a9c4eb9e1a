internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseRuntime

/// What happens at the virtual site.
extension World {
    // MARK: What happens

    func perform(_ event: Agenda.Event) throws {
        switch event {
        case .visit(let portal):
            visit(portal)
            // A busy gate: about 2,000 presentations a day at two portals.
            todo.add(now + dice.between(.seconds(5), .seconds(160)), .visit(portal))
        case .door(let portal, let isOpen): give([.contact(portal, isOpen: isOpen)])
        case .button(let portal, let isPressed): give([.exitButton(portal, isPressed: isPressed)])
        case .picture(let request):
            let result: SnapshotRow.Result =
                dice.isOne(in: 20)
                ? .missing(.timeout)
                : .stored(path: "x/\(request.event).jpg", size: 1000, digest: [UInt8](repeating: 1, count: 32))
            give([.snapshot(SnapshotRow(event: request.event, camera: request.camera, result: result))])
        case .receipt(let item):
            if isWebhookAway {
                give([.deliveryFailed(item.id, reason: "away", isFinal: false)])
            } else {
                receive(item)
                // A receipt may be lost on its way: the item comes again, under the same key.
                if !dice.isOne(in: 30) { give([.delivered(item.id, receipt: "200")]) }
            }
        case .fireQuiet:
            give([.fireInput(isActive: false)])
            todo.add(now + .seconds(30), .fireReset)
        case .fireReset: say(PortalFireReset(), mayBe: ["noFire", "fireInputActive"])
        case .posture(let portal, let posture):
            say(posture, at: portal)
            // In a fire nothing goes back to normal: somebody comes again.
            if model.posture[portal.name] != posture { todo.add(now + .seconds(300), .posture(portal, posture)) }
        case .webhookBack: isWebhookAway = false
        case .networkTime: clock = SimulatedClock()
        case .trouble:
            try trouble()
            todo.add(now + dice.between(.seconds(600), .seconds(30_000)), .trouble)
        case .readerTrouble:
            take(readers.trouble(at: now))
            todo.add(now + .seconds(5400), .readerTrouble)
        case .command:
            sayAnything()
            todo.add(now + commands.between(.seconds(30), .seconds(900)), .command)
        }
    }

    func visit(_ portal: PortalID) {
        if dice.isOne(in: 9) {
            give([.exitButton(portal, isPressed: true)])
            todo.add(now + .milliseconds(400), .button(portal, isPressed: false))
            todo.add(now + .seconds(2), .door(portal, isOpen: true))
            todo.add(now + .seconds(5), .door(portal, isOpen: false))
            return
        }
        let isEntry = dice.isOne(in: 2)
        let reader = VirtualSite.reader(portal, isEntry: isEntry)
        if dice.isOne(in: 60) { return give([.reader(reader, .unreadable(.parity))]) }
        let number = UInt64(dice.below(virtual.cardCount + 6) + 1)
        report.presentations += 1
        take(readers.show(number, at: reader, now: now))
    }

    /// What the readers say. Of each card the model says first what must come of it.
    func take(_ inputs: [Input]) {
        for sentence in readers.takeViolations() { violation(sentence) }
        for input in inputs {
            guard case .reader(let reader, .card(let card)) = input else {
                give([input])
                continue
            }
            for portal in VirtualSite.portals {
                for isEntry in [true, false] where VirtualSite.reader(portal, isEntry: isEntry) == reader {
                    present(card, at: reader, portal, isEntry: isEntry)
                }
            }
        }
    }

    private func present(_ card: CardRead, at reader: ReaderID, _ portal: PortalID, isEntry: Bool) {
        // What was misread may be anybody's number under another facility code: the register knows none of those.
        let number = numbers[card.number] ?? 0
        let before = moment
        let point = virtual.site.accessPoints.first { $0.id == VirtualSite.point(portal, isEntry: isEntry) }!
        let expected = model.answer(
            card: number, portal: portal.name, leadsFrom: point.fromArea?.name, isHard: point.antiPassback == .hard,
            at: before.civil.seconds, minute: before.localMinute)
        expecting = (expected.outcome, expected.reason)
        foretold = model.cards.first { $0.number == number }.flatMap {
            shell.controller.whatIf(card: card.number, person: $0.holder, at: point.id, now: before)?.decision
        }
        give([.reader(reader, .card(card))])
        if expecting != nil, shell.controller.isRecording { violation("a card was shown and no decision came") }
        (expecting, foretold) = (nil, nil)
        if expected.outcome == "granted", !dice.isOne(in: 12) {
            let opens = dice.between(.milliseconds(600), .seconds(3))
            todo.add(now + opens, .door(portal, isOpen: true))
            let stays = dice.isOne(in: 200) ? Duration.seconds(45) : dice.between(.seconds(1), .seconds(6))
            todo.add(now + opens + stays, .door(portal, isOpen: false))
        }
    }

    func trouble() throws {
        switch dice.below(8) {
        case 0:
            diskFailsUntil = now + dice.between(.seconds(1), .seconds(120))
            report.diskFailures += 1
        case 1, 2: try powerCut()
        case 3:
            isWebhookAway = true
            todo.add(now + dice.between(.seconds(60), .seconds(20_000)), .webhookBack)
        case 4:
            clock.set(by: &dice)
            todo.add(now + dice.between(.seconds(2), .seconds(20_000)), .networkTime)
            give([])
        case 5:
            give([.fireInput(isActive: true)])
            now = now + .milliseconds(200)
            shell.timePassed(at: moment)
            model.isFire = true
            for portal in VirtualSite.portals where lines[portal] != true {
                violation("fire did not release \(portal)")
            }
            todo.add(now + dice.between(.seconds(10), .seconds(300)), .fireQuiet)
        case 6:
            let portal = VirtualSite.portals[dice.below(2)]
            let posture: Posture = [.blocked, .lockdown, .free][dice.below(3)]
            say(posture, at: portal)
            todo.add(now + dice.between(.seconds(30), .seconds(900)), .posture(portal, .secure))
        default:
            // Noise, and a door that somebody levers open.
            let portal = VirtualSite.portals[dice.below(2)]
            give([.contact(portal, isOpen: true)])
            todo.add(now + dice.between(.milliseconds(5), .seconds(50)), .door(portal, isOpen: false))
        }
    }

    /// The power goes between any two effects: what was not on disk is gone, the lines fall to their rest.
    func powerCut() throws {
        report.powerCuts += 1
        // Half of the time the batch that was on its way arrived all the same.
        if let first = batches.first, diskFailsUntil.map({ $0 <= now }) ?? true, dice.isOne(in: 2) {
            try write(first.batch)
        }
        diskFailsUntil = nil
        todo.drop { event in
            switch event {
            case .picture, .receipt, .door, .button: true
            default: false
            }
        }
        now = now + dice.between(.seconds(3), .seconds(60))
        clock.loseTime(by: &dice, truth: truth)
        todo.add(now + dice.between(.seconds(20), .seconds(1200)), .networkTime)
        for portal in VirtualSite.portals { lines[portal] = false }
        admittedAt = [:]
        try boot(isFirst: false)
        for portal in shell.controller.portals where portal.isReleased {
            if portal.posture != .free, portal.posture != .fire {
                violation("a restart released \(portal.settings.id)")
            }
        }
    }
}
