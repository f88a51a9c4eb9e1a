internal import GatehouseCore

/// Who the module is, and whom it knows: asked at each start and once a day, while nobody stands before it.
extension FaceModule {
    /// One round of questions, and what came of it.
    struct Inquiry: Sendable {
        var remaining: [Question] = [.version, .serial, .users]
        var tries = 0
        var version: String?
        var serial: String?
        var hasAnswer = false
    }

    static let inquiryPeriod: Duration = .seconds(86400)
    /// After a face came or went the table is read again.
    static let inquiryAfterChange: Duration = .seconds(30)
    /// How long nobody was seen before a module in service is asked.
    static let quietBeforeInquiry: Duration = .seconds(60)
    /// A serial number that a bad line swallowed would look like another module.
    static let serialTries = 3

    /// Whether the module may be asked instead of looking for a face.
    func isInquiryDue(at now: MonotonicTime) -> Bool {
        now >= inquiryAt && (lastFace.map { now - $0 >= Self.quietBeforeInquiry } ?? true)
    }

    mutating func inquire(at now: MonotonicTime) -> [Effect] {
        if inquiry == nil {
            inquiryAt = now + Self.inquiryPeriod
            inquiry = Inquiry()
        }
        guard let next = inquiry?.remaining.first else { return endInquiry(at: now) }
        return ask(next, at: now)
    }

    /// `data` is nil when no answer came, and empty when the module does not know the question.
    mutating func inquiryAnswered(_ question: Question, _ data: [UInt8]?, at now: MonotonicTime) -> [Effect] {
        guard var current = inquiry, current.remaining.first == question else { return proceed(at: now) }
        current.tries += 1
        let mayAskAgain = question == .serial && current.tries < Self.serialTries
        if data == nil, mayAskAgain {
            inquiry = current
            return proceed(at: now)
        }
        current.remaining.removeFirst()
        current.tries = 0
        current.hasAnswer = current.hasAnswer || data != nil
        var effects: [Effect] = []
        switch question {
        case .version: current.version = data.map(Self.text)
        case .serial: current.serial = data.map(Self.text)
        default:
            if let data, case .users(let users) = FaceAnswer(.users, result: 0, data: data) {
                effects = [.signal(.faceUsers(users))]
            }
        }
        inquiry = current
        return effects + proceed(at: now)
    }

    private mutating func endInquiry(at now: MonotonicTime) -> [Effect] {
        let ended = inquiry
        inquiry = nil
        // A module that answered nothing at all is gone and no other one.
        guard let ended, ended.hasAnswer else { return proceed(at: now) }
        let identity = ReaderIdentity(serial: ended.serial ?? "", firmware: ended.version ?? "")
        return [.signal(.identified(identity))] + proceed(at: now)
    }

    /// Padded with any octet: what is printable up to the first that is not.
    static func text(_ data: [UInt8]) -> String {
        String(decoding: data.prefix { (0x21...0x7E).contains($0) }, as: UTF8.self)
    }
}
