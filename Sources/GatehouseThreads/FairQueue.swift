/// What waits for a worker, by who gave it: one giver's jobs keep their order, givers take turns, and what is urgent goes
/// before all that is not. Bounded in all, for each giver and for each account with all its people; what finds no room is
/// refused and counted.
package struct FairQueue<Job> {
    /// Jobs that may wait in all, of one giver, and of all givers of one account.
    package let limit: Int
    package let limitOfOne: Int
    package let limitOfAccount: Int
    package private(set) var count = 0
    package private(set) var refused: UInt64 = 0

    private struct Line {
        var giver: Giver
        var jobs: [Job]
        var taken = 0
    }
    private var urgent: [Line] = []
    private var usual: [Line] = []

    package init(limit: Int, limitOfOne: Int, limitOfAccount: Int? = nil) {
        self.limit = limit
        self.limitOfOne = limitOfOne
        self.limitOfAccount = limitOfAccount ?? limitOfOne
    }

    /// False when there is no room.
    package mutating func add(_ job: Job, from giver: Giver, isUrgent: Bool = false) -> Bool {
        guard count < limit, waiting(where: { $0 == giver }) < limitOfOne,
            waiting(where: { $0.account == giver.account }) < limitOfAccount
        else {
            refused += 1
            return false
        }
        count += 1
        if isUrgent { Self.add(job, giver, &urgent) } else { Self.add(job, giver, &usual) }
        return true
    }

    package mutating func next() -> Job? {
        guard count > 0 else { return nil }
        count -= 1
        return Self.next(&urgent) ?? Self.next(&usual)
    }

    private func waiting(where fits: (Giver) -> Bool) -> Int {
        (urgent + usual).reduce(0) { fits($1.giver) ? $0 + $1.jobs.count - $1.taken : $0 }
    }

    private static func add(_ job: Job, _ giver: Giver, _ lines: inout [Line]) {
        if let index = lines.firstIndex(where: { $0.giver == giver }) {
            lines[index].jobs.append(job)
        } else {
            lines.append(Line(giver: giver, jobs: [job]))
        }
    }

    /// The first giver's oldest job; that giver goes behind the others.
    private static func next(_ lines: inout [Line]) -> Job? {
        guard !lines.isEmpty else { return nil }
        var line = lines.removeFirst()
        let job = line.jobs[line.taken]
        line.taken += 1
        if line.taken == line.jobs.count { return job }
        // Taken jobs are let go in lots, so that a long line is no walk for each of them.
        if line.taken == 64 {
            line.jobs.removeFirst(64)
            line.taken = 0
        }
        lines.append(line)
        return job
    }
}
