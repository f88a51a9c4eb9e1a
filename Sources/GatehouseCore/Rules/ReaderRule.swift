/// A reader that is not as the configuration wants it (insecure, swapped) is not believed.
enum ReaderRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isReaderTrusted ? .abstain : .deny(.readerNotTrusted)
    }
}
