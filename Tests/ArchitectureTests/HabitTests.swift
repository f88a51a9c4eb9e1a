import Testing

/// Habits of the code that no compiler holds. Each list of exceptions is as short as can be, with the reason.
@Suite("Habits")
struct HabitTests {
    // MARK: Numbers of others

    /// What takes texts and octets of others may not stop at a number: narrowing says what becomes of the rest.
    static let takeForeignNumbers = [
        "GatehouseAdmin", "GatehouseDesk", "GatehouseRegister", "GatehouseConfiguration", "GatehouseProtocols",
    ]

    /// Shapes that cannot trap, whatever comes.
    private static func fits(_ argument: Substring, _ type: Substring) -> Bool {
        // Told what becomes of the rest, or a number or a name of the system.
        if argument.starts(with: /(exactly|clamping|truncatingIfNeeded|bitPattern|ascii):/) { return true }
        if argument.starts(with: /[0-9]/)
            || argument.wholeMatch(of: /[A-Z_|. ]+(\.rawValue)?( \| [A-Z_]+(\.rawValue)?)*/) != nil
        {
            return true
        }
        // An octet out of a word of two, and a word of two out of as many octets.
        if type == "UInt8", argument.hasSuffix(" >> 8") || argument.hasSuffix(" & 0xFF") { return true }
        if type == "UInt8", argument.wholeMatch(of: /(\w+)\[\$0\] << 4 \| \1\[\$0 \+ 1\]/) != nil { return true }
        if type == "UInt16", argument.wholeMatch(of: /number\((data|octets)\[\d(\.\.<\d|\.\.\.)\]\)/) != nil {
            return true
        }
        // An octet in a wider word.
        return type != "UInt8" && argument.wholeMatch(of: /octet|low|(data|frame)\[[^\]]+\]/) != nil
    }

    /// The other ones, and why they hold.
    static let boundedNumbers: [String: String] = [
        "Int16(events)": "POLLIN and POLLOUT",
        "Int32(polled[index + 2].revents)": "wider than what it takes",
        "Int32(String(cString: $0))": "a text that may be no number: nil",
        "Int32(groups.count)": "256",
        "Int32(hour * 60 + minute)": "of a day: 0 to 1439",
        "Int32(parts[0])": "a text that may be no number: nil", "Int32(parts[1])": "a text that may be no number: nil",
        "UInt16(after.dropFirst())": "a text that may be no number: nil",
        "UInt16(DayWord.allCases.firstIndex(of: day)!)": "0 to 6",
        "UInt16(OSDPFrame.longest)": "a constant",
        "UInt16(message.count)": "at most OSDPParts.longest", "UInt16(offset)": "below OSDPParts.longest",
        "UInt16($0)": "octets of a text, or a count that was asked for within 16 bits",
        "UInt16($1)": "octets of a text",
        "UInt16(user)": "asked for within 1 to 32767",
        "UInt32($0)": "octets, or a line of a chip within 0 to 1023", "UInt32($1)": "octets of a frame",
        "UInt32(UInt16(bitPattern: status))": "wider than what it takes",
        "UInt32(bitCount)": "wider than what it takes", "UInt32(delay)": "wider than what it takes",
        "UInt32(frame.version)": "wider than what it takes", "UInt32(longestMessage)": "wider than what it takes",
        "UInt32(milliseconds)": "wider than what it takes", "UInt32(size)": "wider than what it takes",
        "UInt32(timer)": "wider than what it takes", "UInt32(total)": "wider than what it takes",
        "UInt32(offset)": "wider than what it takes",
        "UInt32(count * unit)": "at most 3650 days of seconds",
        "UInt32(facility)": "at most 32 bits by the format, and compared with them",
        "UInt32(facility?.length ?? 0)": "bits of a card", "UInt32(format.facility?.length ?? 0)": "bits of a card",
        "UInt32(length)": "bits of a card",
        "UInt32(data.count)": "a part of our own message", "UInt32(template.count)": "a template of our own message",
        "UInt32(octets.count)": "a file of at most 8 MiB", "UInt32(sent)": "octets of a file of at most 8 MiB",
        "UInt32(place.baud)": "a speed of the list",
        #"UInt32(group.optional("", .baud, default: word.usualBaud))"#: "a speed of the list",
        #"UInt8(group.optional("", .integer(in: 0...255), default: 255))"#: "asked for within an octet",
        "UInt8($0)": "a digit of a keypad, or a count that was asked for within an octet", "UInt8($0 % 8)": "0 to 7",
        "UInt8(Self.numbered.firstIndex(of: self) ?? 0)": "a place in a list of nine",
        "UInt8(characters.count)": "at most 32 are shown",
        "UInt8(frame.number(start: start, length: 4))": "four bits",
        "UInt8(scalar.value - 0xFF01 + 0x21)": "between 0x21 and 0x7E by its case",
        "UInt8(threat)": "asked for within 0 to 3", "UInt8(threat ?? 0)": "asked for within 0 to 3",
    ]

    private static let narrow = ["Int8(", "Int16(", "Int32("]

    @Test func numbersOfOthersAreNarrowedAloud() {
        var unused = Set(Self.boundedNumbers.keys)
        for target in Self.takeForeignNumbers {
            for file in Tree.files(below: "Sources/\(target)", ending: ".swift") {
                for (number, line) in Tree.lines(file) where Self.narrow.contains(where: { line.contains($0) }) {
                    let code = Tree.code(line)
                    for found in code.matches(of: /\b(U?Int(?:8|16|32))\(/) {
                        let type = found.1
                        let argument = Self.argument(code[found.range.upperBound...])
                        if Self.fits(argument, type) { continue }
                        unused.remove("\(type)(\(argument))")
                        #expect(
                            Self.boundedNumbers["\(type)(\(argument))"] != nil,
                            "\(file):\(number): \(type)(\(argument)) stops the program at a number that is too large: exactly or clamping"
                        )
                    }
                }
            }
        }
        #expect(unused.isEmpty, "nothing of that kind is left")
    }

    /// Up to the parenthesis that closes it.
    private static func argument(_ text: Substring) -> Substring {
        var open = 1
        for index in text.indices {
            if text[index] == "(" { open += 1 }
            if text[index] == ")" { open -= 1 }
            if open == 0 { return text[..<index] }
        }
        return text
    }

    // MARK: The core decides alone

    private static let foreignWords: Set<Substring> = [
        "Date", "DispatchQueue", "Thread", "Task", "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator",
        "hashValue", "async", "await", "getenv", "print", "readLine", "randomElement", "shuffled", "shuffle",
        "pthread_self",
        "ObjectIdentifier", "clock_gettime",
    ]

    /// Clocks, dice, threads and whatever differs from one process to the next.
    @Test func theCoreKnowsNoClockNoDiceAndNoThread() {
        for target in ["GatehouseCore", "GatehouseProtocols"] {
            for file in Tree.files(below: "Sources/\(target)", ending: ".swift") {
                for (number, line) in Tree.lines(file) {
                    let words = line.utf8.split { !Self.isOfAWord($0) }.map { Substring($0) }
                    guard words.contains(where: Self.foreignWords.contains) || line.contains(".random(in") else {
                        continue
                    }
                    let code = Tree.code(line).utf8.split { !Self.isOfAWord($0) }.map { Substring($0) }
                    for word in code
                    where Self.foreignWords.contains(word) || word == "random" && line.contains(".random(in") {
                        Issue.record("\(file):\(number): \(target) knows no \(word): it comes in as an argument")
                    }
                }
            }
        }
    }

    private static func isOfAWord(_ octet: UInt8) -> Bool {
        switch octet {
        case 48...57, 65...90, 95, 97...122: true
        default: false
        }
    }

    /// Where the order of a dictionary or a set cannot be seen in what comes out.
    static let unorderedWalks: [String: String] = [
        "for person in people.values where person.dwelling != nil && person.role != .visitor {": "fills sets",
        "for person in people.values where person.role == .visitor {": "fills sets",
        "for (dwelling, registered) in homes where registered.contains(host) {": "fills sets",
        "for (subject, tries) in kept {": "fills a dictionary",
        "for (other, settings) in areas where settings.within == area { total += count(in: other, areas) }": "adds up",
        "for (id, record) in records {": "what it finds is sorted",
        "for (site, count) in counts {": "fills a dictionary",
        "for (reader, measure) in measures { look(at: reader, measure) }": "fills a dictionary",
        "for value in values { value.write(into: &octets) }": "an array, beside a map of the same name",
        "for value in values { body.appendCanonical(value) }": "an array, beside a map of the same name",
    ]

    /// Dictionaries and sets have another order in each process, and a decision may not.
    @Test func nobodyWalksADictionaryInItsOrder() {
        let files = Tree.files(below: "Sources/GatehouseCore", ending: ".swift")
        var unused = Set(Self.unorderedWalks.keys)
        for file in files {
            let lines = Tree.lines(file)
            // The names that this file declares so.
            let names = Set(
                lines.filter { $0.line.contains(": [") || $0.line.contains(": Set<") }.flatMap { line in
                    line.line.matches(of: /(\w+): (?:\[[\w.]+: |Set<)/).map { String($0.1) }
                })
            for (number, line) in lines where line.contains("for ") && line.contains(" in ") && !line.contains("//") {
                let line = line.drop { $0 == " " }
                guard let walk = line.firstMatch(of: /\bfor (?:\([^)]*\)|\w+) in ([^{]*?)(?: where .*)?\{/),
                    !walk.1.contains(".sorted")
                else { continue }
                let last = walk.1.split(whereSeparator: { ".?! ".contains($0) }).last.map(String.init) ?? ""
                guard ["keys", "values"].contains(last) || names.contains(last) || walk.1.hasPrefix("Set(") else {
                    continue
                }
                unused.remove(String(line))
                #expect(
                    Self.unorderedWalks[String(line)] != nil,
                    "\(file):\(number): sort it, or say why its order cannot be seen")
            }
        }
        #expect(unused.isEmpty, "nothing of that kind is left")
    }

    // MARK: Threads

    @Test func threadsAreMadeInOnePlace() {
        for file in Tree.files(below: "Sources", ending: ".swift") where !file.hasPrefix("Sources/GatehouseThreads/") {
            for (number, line) in Tree.lines(file) {
                let words = [
                    "pthread_create", "DispatchQueue", "Thread(", "Task {", "Task(", "Task.detached", "clone(",
                ]
                guard let word = words.first(where: { line.contains($0) }) else { continue }
                let code = Tree.code(line)
                // NamedThread is ours, and FaceTask no thread.
                guard let found = code.firstRange(of: word), code[..<found.lowerBound].last?.isLetter != true else {
                    continue
                }
                Issue.record("\(file):\(number): \(word): GatehouseThreads makes threads, with names and bounds")
            }
        }
    }

    // MARK: Lengths

    static let longestFunction = 70
    static let longestFile = 410

    @Test func noFileHoldsThreeIdeas() {
        for file in Tree.files(below: "Sources", ending: ".swift") {
            let count = Tree.lines(file).count - 1
            #expect(count <= Self.longestFile, "\(file) has \(count) lines")
        }
    }

    /// A row of a table, `case .x: y`, is no line of a function.
    @Test func noFunctionIsAChapter() {
        for file in Tree.files(below: "Sources", ending: ".swift") {
            let lines = Tree.lines(file)
            for (index, entry) in lines.enumerated() {
                guard ["func ", "init", "deinit"].contains(where: { entry.line.contains($0) }),
                    let head = entry.line.prefixMatch(
                        of:
                            /( *)(?:(?:package|private|fileprivate|static|mutating|override|convenience) )*(?:func |init[?(<]|deinit)/
                    )
                else { continue }
                // In one line, and without an end of its own.
                if entry.line.hasSuffix("}") { continue }
                let end = "\(head.1)}"
                guard let last = lines[(index + 1)...].firstIndex(where: { $0.line == end }) else { continue }
                guard last - index >= Self.longestFunction else { continue }
                let count = lines[index...last].count { $0.line.firstMatch(of: /^ *case [^{]*: [^{]*[^{:,(]$/) == nil }
                #expect(count <= Self.longestFunction, "\(file):\(entry.number): \(count) lines")
            }
        }
    }
}
