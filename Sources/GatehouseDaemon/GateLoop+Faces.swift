internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols
internal import GatehouseRuntime

extension GateLoop {
    /// Has a face module do something; the answer comes once, on the loop, and progress before it.
    func run(
        _ task: FaceTask, at reader: ReaderID, progress: @escaping (FaceProgress) -> Void = { _ in },
        answer: @escaping (FaceAnswer) -> Void
    ) {
        let token = nextQuestion
        nextQuestion += 1
        faceQuestions[token] = (answer, progress)
        guard let station = stations.first(where: { $0.readers.contains(reader) }) else {
            faceQuestions.removeValue(forKey: token)?.answer(.lost)
            return
        }
        inputs += station.wish(.task(task, token: token), at: SystemClock.monotonic())
    }
}
