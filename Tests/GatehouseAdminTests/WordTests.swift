import GatehouseAdmin
import GatehouseCore
import Testing

@Suite("Words")
struct WordTests {
    @Test func everyOutcomeHasWordsInBothLanguages() {
        let decisions = [AccessDecision.granted, .grantedUnderDuress, .denied(.unknownCredential)].map(\.word)
        for word in EntryOutcome.allCases.map(\.rawValue) + decisions + Posture.allCases.map(\.word) {
            let words = Words.outcome(word, .chinese)
            #expect(words != word && !words.utf8.allSatisfy { $0 < 0x80 }, "\(word) has no words")
        }
    }

    @Test func everyConditionHasSentencesInBothLanguages() {
        var seen: Set<String> = []
        for code in HealthCode.allCases {
            let chinese = Words.condition(code, .chinese)
            #expect(Words.condition(code, .english) == (code.sentence.english, code.advice.english))
            #expect(seen.insert(chinese.sentence).inserted, "\(code) has the sentence of another")
            #expect(chinese.sentence.unicodeScalars.contains { $0.value > 0x4E00 } && !chinese.advice.isEmpty)
            #expect(!chinese.sentence.contains(","), "\(code): the signs of the language")
        }
        let severities = HealthCode.Severity.allCases.map { Words.severity($0, .chinese) }
        #expect(Set(severities).count == severities.count)
    }

    @Test func everyReasonForNoPictureHasWordsInBothLanguages() {
        for reason in DenialReason.allCases {
            let words = Language.allCases.map { Words.reason(reason.word, $0) }
            #expect(Set(words + [reason.word]).count == 3, "\(reason)")
        }
        for reason in SnapshotFailure.allCases {
            let words = Language.allCases.map { Words.reason(reason.rawValue, $0) }
            #expect(Set(words + [reason.rawValue]).count == 3, "\(reason)")
        }
    }

    @Test(
        arguments: [
            .welcome(version: "0.2.0", run: "00ff", first: 9), .noted(report: 7), .hello(version: "0.2.0"),
            .welcome(version: "0.3.0", run: "00ff", first: 9, pictures: [UInt8](repeating: 7, count: 32)),
            .seal(event: 3, camera: "lane", path: "2026/11/20/3-lane-aa.jpg"),
            .picture(SnapshotRow(event: 2, camera: "lane", result: .sealed(nil)), report: 4),
            .picture(
                SnapshotRow(
                    event: 2, camera: "lane",
                    result: .sealed(.init(picture: nil, file: [UInt8](repeating: 8, count: 32)))), report: 5),
            .picture(
                SnapshotRow(
                    event: 2, camera: "lane",
                    result: .sealed(
                        .init(picture: [UInt8](repeating: 1, count: 32), file: [UInt8](repeating: 8, count: 32)))),
                report: 6),
            .picture(
                SnapshotRow(
                    event: 2, camera: "lane",
                    result: .stored(
                        path: "2026/11/20/2-lane-aa.jpg", size: 9, digest: [UInt8](repeating: 255, count: 32),
                        file: [UInt8](repeating: 3, count: 32))), report: 7),
            .erase(event: 3, camera: "lane"),
            .capture(event: 1, camera: "lane", at: CivilTime(milliseconds: 5)),
            .capture(
                event: 1, camera: "lane", at: CivilTime(milliseconds: 5), moment: MonotonicTime(nanoseconds: 1 << 50)),
            .picture(SnapshotRow(event: 2, camera: "lane", result: .missing(.tlsFailed)), report: 1),
            .picture(SnapshotRow(event: 2, camera: "lane", result: .expired), report: 2),
            .picture(
                SnapshotRow(
                    event: 2, camera: "lane",
                    result: .stored(
                        path: "2026/11/20/2-lane-aa.jpg", size: 9, digest: [UInt8](repeating: 255, count: 32))),
                report: 3), .delivered(id: 4, receipt: "200"), .failed(id: 5, reason: "timeout", isFinal: false),
        ] as [UplinkMessage])
    func wordsBetweenDaemonAndUplinkComeBackAsTheyWere(message: UplinkMessage) {
        #expect(UplinkMessage(line: Array(message.line.utf8)) == message)
    }
}
