internal import GatehouseCore

/// Every command, by the words that are said on the wire. The only place of a name: what is not here does not exist.
package enum CommandName: String, Codable, Hashable, Sendable, CaseIterable {
    case status
    case health
    case metrics
    case areaList = "area list"
    case policyConfirm = "policy confirm"
    case clockAccept = "clock accept"
    case threat
    case backup

    case portalOpen = "portal open"
    case portalFree = "portal free"
    case portalBlock = "portal block"
    case portalLockdown = "portal lockdown"
    case portalNormal = "portal normal"
    case portalFireReset = "portal fire-reset"
    case alarmList = "alarm list"
    case alarmAck = "alarm ack"
    case shiftEnd = "shift end"

    case find
    case inside
    case personAdd = "person add"
    case personShow = "person show"
    case personList = "person list"
    case personChange = "person change"
    case personRemove = "person remove"
    case personResume = "person resume"
    case personResumeAll = "person resume-all"
    case personErase = "person erase"
    case personReport = "person report"
    case consentWithdraw = "consent withdraw"
    case privacyStatus = "privacy status"

    case communityAdd = "community add"
    case dwellingAdd = "dwelling add"
    case dwellingChange = "dwelling change"
    case dwellingShow = "dwelling show"
    case dwellingList = "dwelling list"
    case dwellingRemove = "dwelling remove"
    case vehicleAdd = "vehicle add"
    case vehicleChange = "vehicle change"
    case vehicleShow = "vehicle show"
    case vehicleList = "vehicle list"
    case vehicleRemove = "vehicle remove"

    case tenancyAdd = "tenancy add"
    case tenancyChange = "tenancy change"
    case tenancyShow = "tenancy show"
    case tenancyList = "tenancy list"
    case tenancyNotice = "tenancy notice"
    case tenancyTerminate = "tenancy terminate"
    case tenancyRenew = "tenancy renew"
    case tenancyHandBack = "tenancy hand-back"
    case tenancyRemove = "tenancy remove"
    case tenancyReport = "tenancy report"
    case tenancyEvidence = "tenancy evidence"
    case reportMonth = "report month"

    case credentialAdd = "credential add"
    case credentialShow = "credential show"
    case credentialList = "credential list"
    case credentialChange = "credential change"
    case credentialReplace = "credential replace"
    case credentialRemove = "credential remove"
    case credentialSuspend = "credential suspend"
    case credentialResume = "credential resume"

    case passIssue = "pass issue"
    case passShow = "pass show"
    case passRemove = "pass remove"
    case passList = "pass list"
    case passKey = "pass key"
    case passUses = "pass uses"
    case passMerge = "pass merge"

    case importChunk = "import chunk"
    case importFiles = "import"
    case export

    case log
    case pictureShow = "picture show"
    case cameraTest = "camera test"
    case explain
    case why
    case decide
    case whoCan = "who-can"
    case replay
    case journalVerify = "journal verify"
    case journalSettle = "journal settle"
    case journalCheckpoint = "journal checkpoint"
    case journalProve = "journal prove"
    case journalProveAppend = "journal prove-append"
    case caseExport = "case export"

    case readerList = "reader list"
    case readerShow = "reader show"
    case readerDoctor = "reader doctor"
    case readerTrace = "reader trace"
    case readerFormats = "reader formats"
    case readerText = "reader text"
    case readerMove = "reader move"
    case readerSearch = "reader search"
    case readerChunk = "reader chunk"
    case readerSendFile = "reader send-file"
    case readerInstall = "reader install"
    case readerAccept = "reader accept"
    case readerRotateKey = "reader rotate-key"
    case readerResume = "reader resume"

    case walkTestStart = "walk-test start"
    case walkTestStep = "walk-test step"
    case walkTestEnd = "walk-test end"
    case walkTestReport = "walk-test report"

    case faceEnrol = "face enrol"
    case faceRemove = "face remove"
    case faceUsers = "face users"
    case faceReset = "face reset"

    case handoverAnnounce = "handover announce"
    case handoverConfirm = "handover confirm"
    case handoverWithdraw = "handover withdraw"
    case handoverAccept = "handover accept"

    case watchlistActivate = "watchlist activate"
    case watchlistDeactivate = "watchlist deactivate"
    case watchlistImport = "watchlist import"
    case watchlistRemove = "watchlist remove"
    case watchlistStatus = "watchlist status"
    case watchlistCounters = "watchlist counters"

    /// What commands were called before there was one verb for an idea: typed and said on the socket they go on, and nothing
    /// speaks of them.
    package static let former: [String: CommandName] = [
        "pass revoke": .passRemove, "face delete": .faceRemove, "watchlist withdraw": .watchlistRemove,
        "handover cancel": .handoverWithdraw, "person forgive": .personResume, "person forgive-all": .personResumeAll,
    ]

    /// A command by its name, or by the one that it had.
    package init?(said word: String) {
        guard let name = CommandName(rawValue: word) ?? Self.former[word] else { return nil }
        self = name
    }

    /// The command that somebody may have meant.
    package static func nearest(to word: String) -> CommandName? {
        Nearest.match(for: word, among: allCases.map(\.rawValue)).flatMap { CommandName(rawValue: $0) }
    }

    /// What is said with the name.
    package var type: any AdminCommand.Type {
        switch self {
        case .status: Status.self
        case .health: Health.self
        case .metrics: Metrics.self
        case .areaList: AreaList.self
        case .policyConfirm: PolicyConfirm.self
        case .clockAccept: ClockAccept.self
        case .threat: Threat.self
        case .backup: BackupMake.self
        case .portalOpen: PortalOpen.self
        case .portalFree: PortalFree.self
        case .portalBlock: PortalBlock.self
        case .portalLockdown: PortalLockdown.self
        case .portalNormal: PortalNormal.self
        case .portalFireReset: PortalFireReset.self
        case .alarmList: AlarmList.self
        case .alarmAck: AlarmAck.self
        case .shiftEnd: ShiftEnd.self
        case .find: Find.self
        case .inside: Inside.self
        case .personAdd: PersonAdd.self
        case .personShow: PersonShow.self
        case .personList: PersonList.self
        case .personChange: PersonChange.self
        case .personRemove: PersonRemove.self
        case .personResume: PersonResume.self
        case .personResumeAll: PersonResumeAll.self
        case .personErase: PersonErase.self
        case .personReport: PersonReport.self
        case .consentWithdraw: ConsentWithdraw.self
        case .privacyStatus: PrivacyStatus.self
        case .communityAdd: CommunityAdd.self
        case .dwellingAdd: DwellingAdd.self
        case .dwellingChange: DwellingChange.self
        case .dwellingShow: DwellingShow.self
        case .dwellingList: DwellingList.self
        case .dwellingRemove: DwellingRemove.self
        case .vehicleAdd: VehicleAdd.self
        case .vehicleChange: VehicleChange.self
        case .vehicleShow: VehicleShow.self
        case .vehicleList: VehicleList.self
        case .vehicleRemove: VehicleRemove.self
        case .tenancyAdd: TenancyAdd.self
        case .tenancyChange: TenancyChange.self
        case .tenancyShow: TenancyShow.self
        case .tenancyList: TenancyList.self
        case .tenancyNotice: TenancyNotice.self
        case .tenancyTerminate: TenancyTerminate.self
        case .tenancyRenew: TenancyRenew.self
        case .tenancyHandBack: TenancyHandBack.self
        case .tenancyRemove: TenancyRemove.self
        case .tenancyReport: TenancyReport.self
        case .tenancyEvidence: TenancyEvidence.self
        case .reportMonth: ReportMonth.self
        case .credentialAdd: CredentialAdd.self
        case .credentialShow: CredentialShow.self
        case .credentialList: CredentialList.self
        case .credentialChange: CredentialChange.self
        case .credentialReplace: CredentialReplace.self
        case .credentialRemove: CredentialRemove.self
        case .credentialSuspend: CredentialSuspend.self
        case .credentialResume: CredentialResume.self
        case .passIssue: PassIssue.self
        case .passShow: PassShow.self
        case .passRemove: PassRemove.self
        case .passList: PassList.self
        case .passKey: PassKey.self
        case .passUses: PassUsesList.self
        case .passMerge: PassMerge.self
        case .importChunk: ImportChunk.self
        case .importFiles: ImportFiles.self
        case .export: Export.self
        case .log: Log.self
        case .pictureShow: PictureShow.self
        case .cameraTest: CameraTest.self
        case .explain: Explain.self
        case .why: Why.self
        case .decide: Decide.self
        case .whoCan: WhoCan.self
        case .replay: Replay.self
        case .journalVerify: JournalVerify.self
        case .journalSettle: JournalSettle.self
        case .journalCheckpoint: JournalCheckpoint.self
        case .journalProve: JournalProve.self
        case .journalProveAppend: JournalProveAppend.self
        case .caseExport: CaseExport.self
        case .readerList: ReaderList.self
        case .readerShow: ReaderShow.self
        case .readerDoctor: ReaderDoctor.self
        case .readerTrace: ReaderTraceShow.self
        case .readerFormats: ReaderFormats.self
        case .readerText: ReaderText.self
        case .readerMove: ReaderMove.self
        case .readerSearch: ReaderSearch.self
        case .readerChunk: ReaderChunk.self
        case .readerSendFile: ReaderSendFile.self
        case .readerInstall: ReaderInstall.self
        case .readerAccept: ReaderAccept.self
        case .readerRotateKey: ReaderRotateKey.self
        case .readerResume: ReaderResume.self
        case .walkTestStart: WalkTestStart.self
        case .walkTestStep: WalkTestStep.self
        case .walkTestEnd: WalkTestEnd.self
        case .walkTestReport: WalkTestReport.self
        case .faceEnrol: FaceEnrol.self
        case .faceRemove: FaceRemove.self
        case .faceUsers: FaceUsers.self
        case .faceReset: FaceReset.self
        case .handoverAnnounce: HandoverAnnounce.self
        case .handoverConfirm: HandoverConfirm.self
        case .handoverWithdraw: HandoverWithdraw.self
        case .handoverAccept: HandoverAccept.self
        case .watchlistActivate: WatchlistActivate.self
        case .watchlistDeactivate: WatchlistDeactivate.self
        case .watchlistImport: WatchlistImport.self
        case .watchlistRemove: WatchlistRemove.self
        case .watchlistStatus: WatchlistStatus.self
        case .watchlistCounters: WatchlistCount.self
        }
    }

    package var entry: CommandEntry { type.entry }
}
