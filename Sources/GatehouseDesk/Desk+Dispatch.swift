package import GatehouseAdmin
internal import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// What came of a command.
package enum DeskOutcome: Sendable {
    /// The text of its reply.
    case reply([UInt8])
    /// Its entry stands; the rest waits for a device and goes on in that lane.
    case later(CommandLane, @Sendable () throws -> [UInt8])
}

extension Desk {
    /// Carries a command out that its sender may give. Whatever goes wrong is a refusal.
    package func answer(_ line: AdminLine, _ call: Call) -> Result<DeskOutcome, CommandRefusal> {
        refusing {
            let call = try withinHandover(line, call)
            if surroundings.monotonic() > call.expires || call.diesWithItsSender && !call.isWanted() {
                try refuseExpired(line, call)
            }
            return try carryOut(line, call)
        }
    }

    /// What a command threw, as its answer.
    package func refusing<Value>(_ body: () throws -> Value) -> Result<Value, CommandRefusal> {
        do { return .success(try body()) } catch let refusal as CommandRefusal { return .failure(refusal) } catch let
            problem as FieldProblem
        {
            return .failure(CommandRefusal(code: problem.code, message: problem.sentence))
        } catch let problem as RegistryFields.Problem {
            return .failure(CommandRefusal(code: "malformed", message: problem.message))
        } catch {
            return .failure(CommandRefusal(code: "failed", message: Sentence(verbatim: "\(error)")))
        }
    }

    /// A command that came too late is an entry and nothing else; a question is not even that.
    private func refuseExpired(_ line: AdminLine, _ call: Call) throws {
        let refusal = OrderRefusal.expired
        if line.command.entry.life != .question {
            var call = call
            call.journalText = line.command.rawValue
            try order(call, .refused(reason: refusal.word))
        }
        throw CommandRefusal(code: refusal.word, message: refusal.sentence)
    }

    /// The reply with what was understood beside it. Whoever is named there was looked at: where that entry cannot be made, the
    /// command is done all the same, and names nobody.
    private func withUnderstood(_ reply: [UInt8], _ call: Call) -> [UInt8] {
        let unseen = call.notes.unseen
        var mayName = true
        if !unseen.isEmpty {
            var call = call
            call.expires = surroundings.monotonic() + CommandLife.change.longest
            call.diesWithItsSender = false
            mayName = (try? look(call, .people(unseen))) != nil
        }
        return call.notes.understood(withRows: mayName).beside(reply)
    }

    private func carryOut(_ line: AdminLine, _ call: Call) throws -> DeskOutcome {
        /// The command with its arguments, and the call with what the journal keeps of it.
        func read<Command: AdminCommand>(_ type: Command.Type) throws -> (Command, Call) {
            let command = try line.command(type)
            var call = call
            call.journalText = command.journalText
            return (command, call)
        }
        func run<Command: AdminCommand>(_ body: (Command, Call) throws -> Command.Reply) throws -> DeskOutcome {
            let (command, call) = try read(Command.self)
            return .reply(withUnderstood(WireJSON.encode(try body(command, call)), call))
        }
        func hop<Command: AdminCommand>(
            _ body: (Command, Call) throws -> @Sendable () throws -> Command.Reply
        ) throws -> DeskOutcome {
            let (command, call) = try read(Command.self)
            let rest = try body(command, call)
            return .later(.devices) { self.withUnderstood(WireJSON.encode(try rest()), call) }
        }
        switch line.command {
        case .status: return try run(status)
        case .health: return try run(health)
        case .metrics: return try run(metrics)
        case .areaList: return try run(listAreas)
        case .policyConfirm: return try run(confirmPolicy)
        case .clockAccept: return try run(acceptClock)
        case .threat: return try run(raiseThreat)
        case .backup: return try run(makeBackup)
        case .portalOpen: return try run(openPortal)
        case .portalFree: return try run(freePortal)
        case .portalBlock: return try run(blockPortal)
        case .portalLockdown: return try run(lockDown)
        case .portalNormal: return try run(returnToNormal)
        case .portalFireReset: return try run(resetFire)
        case .alarmList: return try run(listAlarms)
        case .alarmAck: return try run(acknowledgeAlarm)
        case .shiftEnd: return try run(endShift)
        case .find: return try run(find)
        case .inside: return try run(listInside)
        case .personAdd: return try run(addPerson)
        case .personShow: return try run(showPerson)
        case .personList: return try run(listPeople)
        case .personChange: return try run(changePerson)
        case .personRemove: return try run(removePerson)
        case .personResume: return try run(forgivePerson)
        case .personResumeAll: return try run(forgiveAll)
        case .personErase: return try hop(erasePerson)
        case .personReport: return try run(reportPerson)
        case .consentWithdraw: return try hop(withdrawConsent)
        case .privacyStatus: return try run(tellPrivacy)
        case .communityAdd: return try run(addCommunity)
        case .dwellingAdd: return try run(addDwelling)
        case .dwellingChange: return try run(changeDwelling)
        case .dwellingShow: return try run(showDwelling)
        case .dwellingList: return try run(listDwellings)
        case .dwellingRemove: return try run(removeDwelling)
        case .vehicleAdd: return try run(addVehicle)
        case .vehicleChange: return try run(changeVehicle)
        case .vehicleShow: return try run(showVehicle)
        case .vehicleList: return try run(listVehicles)
        case .vehicleRemove: return try run(removeVehicle)
        case .tenancyAdd: return try run(addTenancy)
        case .tenancyChange: return try run(changeTenancy)
        case .tenancyShow: return try run(showTenancy)
        case .tenancyList: return try run(listTenancies)
        case .tenancyNotice: return try run(noteNotice)
        case .tenancyTerminate: return try run(terminateTenancy)
        case .tenancyRenew: return try run(renewTenancy)
        case .tenancyHandBack: return try run(handBackTenancy)
        case .tenancyRemove: return try run(removeTenancy)
        case .tenancyReport: return try run(reportTenancies)
        case .tenancyEvidence: return try run(showEvidence)
        case .reportMonth: return try run(reportMonth)
        case .credentialAdd:
            let isShown = try line.command(CredentialAdd.self).showAt != nil
            return try isShown ? hop(addShownCard) : run(addCredential)
        case .credentialShow: return try run(showCredential)
        case .credentialList: return try run(listCredentials)
        case .credentialChange: return try run(changeCredential)
        case .credentialReplace: return try run(replaceCredential)
        case .credentialRemove: return try run(removeCredential)
        case .credentialSuspend: return try run(suspendCredential)
        case .credentialResume: return try run(resumeCredential)
        case .passIssue: return try run(issuePass)
        case .passShow: return try run(showPass)
        case .passRemove: return try run(revokePass)
        case .passList: return try run(listPasses)
        case .passKey: return try run(tellPassKey)
        case .passUses: return try run(exportUses)
        case .passMerge: return try run(mergeUses)
        case .importChunk: return try run(takeImportChunk)
        case .importFiles: return try run(importFiles)
        case .export: return try run(exportRegister)
        case .log: return try run(showLog)
        case .pictureShow: return try run(showPicture)
        case .cameraTest: return try run(testCamera)
        case .explain: return try run(explain)
        case .why: return try run(tellWhy)
        case .decide: return try run(decide)
        case .whoCan: return try run(tellWhoCan)
        case .replay: return try run(replay)
        case .journalVerify: return try run(verifyJournal)
        case .journalSettle: return try run(settleState)
        case .journalCheckpoint: return try run(showCheckpoint)
        case .journalProve: return try run(proveEntry)
        case .journalProveAppend: return try run(proveAppend)
        case .caseExport: return try run(exportCase)
        case .readerList: return try run(listReaders)
        case .readerShow: return try run(showReader)
        case .readerDoctor: return try run(tellDoctor)
        case .readerTrace: return try run(showTrace)
        case .readerFormats: return try run(showFormats)
        case .readerText: return try run(showText)
        case .readerMove: return try run(moveReader)
        case .readerSearch: return try run(searchBus)
        case .readerChunk: return try run(takeReaderChunk)
        case .readerSendFile: return try run(sendFile)
        case .readerInstall: return try run(installReader)
        case .readerAccept: return try run(acceptReader)
        case .readerRotateKey: return try run(rotateKey)
        case .readerResume: return try run(resumeReader)
        case .walkTestStart: return try run(startWalk)
        case .walkTestStep: return try run(stepWalk)
        case .walkTestEnd: return try run(endWalk)
        case .walkTestReport: return try run(reportWalk)
        case .faceEnrol: return try run(enrolFace)
        case .faceRemove: return try hop(deleteFace)
        case .faceUsers: return try run(listFaces)
        case .faceReset: return try run(resetFace)
        case .handoverAnnounce: return try run(announceHandover)
        case .handoverConfirm: return try run(confirmHandover)
        case .handoverWithdraw: return try run(cancelHandover)
        case .handoverAccept: return try run(acceptHandover)
        case .watchlistActivate: return try run(activateWatchlist)
        case .watchlistDeactivate: return try run(deactivateWatchlist)
        case .watchlistImport: return try run(importWatchlist)
        case .watchlistRemove: return try run(withdrawWatchlist)
        case .watchlistStatus: return try run(tellWatchlist)
        case .watchlistCounters: return try run(countWatchlist)
        }
    }
}

extension CommandEntry {
    /// In which of their roles somebody gives the command: who has several acts in the one that sees most.
    package func role(of roles: Set<Role>) -> Role? {
        Role.strongest(of: roles.intersection(self.roles))
    }

    /// How long a command is worth something: what its row says, or less as its sender said.
    package func life(of line: AdminLine) -> Duration {
        min(life.longest, line.life.map { .milliseconds($0) } ?? life.longest)
    }

    /// Why a command is not taken from these roles.
    package func refusal(_ name: CommandName, _ roles: Set<Role>, reason: String?) -> CommandRefusal? {
        guard role(of: roles) != nil else {
            let wanted = self.roles.sorted { $0.rawValue < $1.rawValue }.map(\.noun)
            return CommandRefusal(
                code: "notAllowed",
                message: wanted.count == 1
                    ? Sentence("\"\(name.rawValue)\" needs the role \(wanted[0])")
                    : Sentence("\"\(name.rawValue)\" needs one of the roles \(wanted)"))
        }
        guard needsReason, reason == nil else { return nil }
        return CommandRefusal(
            code: "reasonMissing", message: Sentence("\"\(name.rawValue)\" needs a reason: --reason \"…\""))
    }
}

extension Role {
    /// Of several roles the one that sees most.
    package static func strongest(of roles: Set<Role>) -> Role? {
        [Role.manager, .auditor, .installer, .guard_, .viewer].first { roles.contains($0) }
    }
}

extension Role {
    /// What the role is called in sentences.
    var noun: Sentence {
        switch self {
        case .viewer: Sentence("viewer")
        case .guard_: Sentence("guard")
        case .manager: Sentence("manager")
        case .installer: Sentence("installer")
        case .auditor: Sentence("auditor")
        }
    }
}
