/// What was decided on whoever stays before a reader: a tag in the field, a plate before the camera, a face before its module.
struct Presences: Sendable {
    /// What somebody shows.
    enum Shown: Hashable, Sendable {
        case card(CardNumber)
        case pass(CredentialKey)
        case face(UInt16)
    }

    enum Outcome: Hashable, Sendable {
        case refused(AccessDecision)
        /// Let in by this entry. Who does not move is not let in twice.
        case granted(event: UInt64)
        /// Let in, and the barrier did not do it.
        case barrierRefused
    }

    struct Stay: Sendable {
        var shown: Shown
        var outcome: Outcome
        var at: MonotonicTime
    }

    /// As many as a reader keeps apart.
    static let most = 16
    /// Where a barrier did not open, how soon it is asked again.
    static let retry: Duration = .seconds(2)

    /// By access point, the one that was decided on last at the end.
    private var stays: [Int: [Stay]] = [:]

    func stay(of shown: Shown, pointAt point: Int) -> Stay? { stays[point]?.first { $0.shown == shown } }

    mutating func decided(
        _ presented: FactorCollector.Presented, _ decision: AccessDecision, event: UInt64, pointAt point: Int,
        at now: MonotonicTime
    ) {
        let outcome = decision.isGranted ? Outcome.granted(event: event) : .refused(decision)
        var all = stays[point] ?? []
        for shown in presented.shown {
            all.removeAll { $0.shown == shown }
            all.append(Stay(shown: shown, outcome: outcome, at: now))
        }
        stays[point] = Array(all.suffix(Self.most))
    }

    /// What was shown for another purpose is no attempt as long as it stays, whatever was decided on it before.
    mutating func forget(_ shown: Shown, pointAt point: Int) { stays[point]?.removeAll { $0.shown == shown } }

    /// The release of this entry did not come, or was taken back.
    mutating func refused(_ event: UInt64) {
        for point in stays.keys.sorted() {
            for index in stays[point]!.indices where stays[point]![index].outcome == .granted(event: event) {
                stays[point]![index].outcome = .barrierRefused
            }
        }
    }
}

extension FactorCollector.Presented {
    /// Everything that may stay before a reader.
    var shown: [Presences.Shown] {
        [card, plate].compactMap { $0.map { .card($0.number) } } + (pass.map { [.pass($0.mark)] } ?? [])
            + (face.map { [.face($0)] } ?? [])
    }
}

extension Controller {
    /// It was read again and had not gone. Whoever was refused is judged anew when what decided on it has changed, and a window
    /// after the decision; whoever was let in is not, unless the barrier refused.
    mutating func stays(_ staying: Staying, window: Duration, at reader: ReaderID, _ step: inout Step) {
        guard let point = pointOfReader[reader], !collectors[point].isCollecting else { return }
        let presented = presented(staying, at: reader, pointAt: point)
        guard let shown = presented.shown.first, let stay = presences.stay(of: shown, pointAt: point) else { return }
        let since = step.now.monotonic - stay.at
        switch stay.outcome {
        case .granted: return
        case .barrierRefused:
            guard since >= Presences.retry, decision(on: presented, pointAt: point, step.now).isGranted else { return }
        case .refused(let before):
            if since >= window { break }
            // While somebody tries numbers here, looking again would be a try.
            guard !guessing.isAlert(at: reader, step.now.monotonic) else { return }
            let asked = FactorCollector.asked(combinations(pointAt: point, reader: reader, step.now), of: presented)
            guard asked.contains(presented.factors) else { return }
            guard decision(on: presented, pointAt: point, step.now) != before else { return }
        }
        show(staying, at: reader, &step)
    }

    /// What would be decided now; nothing is counted by looking.
    private func decision(
        on presented: FactorCollector.Presented, pointAt point: Int, _ now: Moment
    ) -> AccessDecision {
        RuleBook.decide(judge(presented, pointAt: point, now).facts).decision
    }

    private func presented(_ staying: Staying, at reader: ReaderID, pointAt point: Int) -> FactorCollector.Presented {
        var presented = FactorCollector.Presented(reader: reader)
        switch staying {
        case .card(let card):
            if let pass = presentedPass(card.number, pointAt: point) {
                presented.pass = pass
            } else if card.number.isPlate {
                presented.plate = card
            } else {
                presented.card = card
            }
        case .face(let user):
            presented.face = user
            presented.faceModule = reader
        }
        return presented
    }
}
