import ArgumentParser
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import Glibc

extension SiteDraft.Barrier: ExpressibleByArgument {}
extension SiteDraft.Reader: ExpressibleByArgument {}
extension ClockTrust: ExpressibleByArgument {}

extension Config {
    /// Ten questions at a terminal, or flags, and a small file that is in order.
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Write a small configuration: ten questions, or the same as options."),
            discussion: words(
                """
                At a terminal it asks for what the options leave open, each answer is checked as it comes, and Enter takes what
                stands in brackets. A line of a chip is its name, or CHIP:17; /low behind it where it is active low. The
                master key is made where there is none. Nothing is written over.
                Examples:
                  sudo gatehousectl config init
                  gatehousectl config init site.yaml --site lotus --wires "D0 D1" --release RELAY1 --inputs "EXIT DOOR -"
                """))
        @Argument(help: told("The file to write.")) var file = "/etc/gatehouse/gatehouse.yaml"
        @Option(help: told("What the site is called: lower-case letters, digits, dashes.")) var site: String?
        @Option(help: told("Its time zone.")) var timeZone: String?
        @Option(help: told("Whether the controller has network time: synchronized, else not-behind-floor.")) var clock:
            ClockTrust?
        @Option(help: told("What stands in the way: door or lane.")) var barrier: SiteDraft.Barrier?
        @Option(help: told("What the reader speaks.")) var reader: SiteDraft.Reader?
        @Option(help: told("Two lines of a Wiegand reader; of others the port, its speed and an OSDP address."))
        var wires: String?
        @Option(help: told("Formats of the cards: gatehousectl reader formats --all has them.")) var formats: String?
        @Option(help: told("The line that releases.")) var release: String?
        @Option(
            help: told("Exit button, contact (of a lane its safety loop), fire input; a dash for what is not wired."))
        var inputs: String?
        @Option(help: told("Where the camera has its still picture; a dash for none.")) var camera: String?
        @Option(help: told("The file of the master key, in the place of the service manager's.")) var masterKey: String?
        @OptionGroup var common: Common

        func run() throws {
            guard access(file, F_OK) != 0 else {
                complain(words("\(file) is there already; nothing was written over it"))
                throw Exit.usage
            }
            var draft = SiteDraft()
            draft.language = common.language
            draft.masterKey = masterKey
            if masterKey != nil, let fault = draft.fault(digest: { Hash.sha256($0) }) {
                complain("--master-key: \(fault.text(in: Tongue.current))")
                throw Exit.usage
            }
            for question in questions where question.option != "--formats" || draft.reader.hasFormats || formats != nil
            {
                if let given = question.given {
                    guard let fault = question.fault(of: given, in: &draft) else { continue }
                    complain("\(question.option): \(fault)")
                    throw Exit.usage
                }
                if isatty(0) == 1 {
                    guard question.ask(&draft) else { throw Exit.usage }
                } else if question.usual(draft) == nil {
                    complain(words("\(question.option) is needed where nobody can be asked"))
                    throw Exit.usage
                }
            }
            guard let text = try? draft.text(), NewFile.write(Array(text.utf8), to: file, mode: 0o644) else {
                complain("\(file): \(String(cString: strerror(errno)))")
                throw Exit.usage
            }
            tellNext(try readConfiguration(file), draft)
        }

        private var questions: [Question] {
            [
                Question("--site", site, words("What is the site called (lower-case letters, digits and dashes)?")) {
                    _ in
                    nil
                } set: {
                    $1.site = $0
                    return true
                },
                Question("--time-zone", timeZone, words("Which time zone is it in?")) {
                    $0.timeZone
                } set: {
                    $1.timeZone = $0
                    return true
                },
                Question(
                    "--clock", clock?.rawValue,
                    words("Does the controller have network time: synchronized, or else not-behind-floor?")
                ) {
                    $0.clock.rawValue
                } set: {
                    choice($0, in: &$1.clock)
                },
                Question("--barrier", barrier?.rawValue, words("What does it open: a door or a lane?")) {
                    $0.barrier.rawValue
                } set: {
                    choice($0, in: &$1.barrier)
                },
                Question(
                    "--reader", reader?.rawValue,
                    words("What does the reader speak: wiegand, osdp, em4100, line, plate or uhf?")
                ) {
                    $0.reader.rawValue
                } set: {
                    choice($0, in: &$1.reader)
                },
                Question(
                    "--wires", wires,
                    words(
                        "How is it wired: the lines data 0 and data 1 (Wiegand), or else its port, speed and OSDP address?"
                    )
                ) { _ in
                    nil
                } set: {
                    $1.wires = $0
                    return true
                },
                Question("--formats", formats, words("Which card formats are in use?")) {
                    $0.formats
                } set: {
                    $1.formats = $0
                    $1.saysFormats = true
                    return true
                },
                Question("--release", release, words("Which line releases the door or the barrier?")) { _ in
                    nil
                } set: {
                    $1.release = $0
                    return true
                },
                Question(
                    "--inputs", inputs,
                    words(
                        "On which lines are the exit button, the contact (of a lane: its safety loop) and the fire input? A dash where none is wired:"
                    )
                ) {
                    $0.barrier == .lane ? nil : "- - -"
                } set: {
                    $1.inputs = $0
                    return true
                },
                Question(
                    "--camera", camera, words("Where does the camera have its still picture (a dash for no camera)?")
                ) { _ in
                    "-"
                } set: {
                    $1.camera = $0 == "-" ? nil : $0
                    return true
                },
            ]
        }

        /// What the file does not do by itself, in the order in which it is done.
        private func tellNext(_ configuration: Configuration, _ draft: SiteDraft) {
            print(words("\(file) is written: one portal, \(draft.portal), with one reader."))
            let key = CredentialFile.masterKey.path(of: configuration.files.masterKey)
            if access(key, F_OK) != 0 {
                if NewFile.write(Random.octets(32), to: key) {
                    print(words("A new master key is in \(key). Keep a copy where no thief of this machine finds it."))
                } else {
                    print(words("There is no master key yet: openssl rand 32 > \(key), as root, for root alone"))
                }
            }
            print(words("Next: gatehousectl config check \(file); systemctl enable --now gatehoused gatehouse-uplink"))
            if draft.reader == .osdp {
                print(words("Then: gatehousectl reader install \(draft.portal)-in --reason \"first key\""))
            }
            if draft.camera != nil {
                print(words("Then: gatehousectl camera test \(draft.portal) --reason \"first picture\""))
            }
        }
    }

    /// One question, asked or answered beforehand.
    private struct Question {
        var option: String
        var given: String?
        var words: String
        /// What Enter takes; nil where there is nothing usual.
        var usual: (SiteDraft) -> String?
        /// False for a word that is not one of those that there are.
        var set: (String, inout SiteDraft) -> Bool

        init(
            _ option: String, _ given: String?, _ words: String, usual: @escaping (SiteDraft) -> String?,
            set: @escaping (String, inout SiteDraft) -> Bool
        ) {
            (self.option, self.given, self.words) = (option, given, words)
            (self.usual, self.set) = (usual, set)
        }

        /// Why it is no answer; nil when the draft has taken it.
        func fault(of answer: String, in draft: inout SiteDraft) -> String? {
            var tried = draft
            guard set(answer, &tried) else {
                return gatehousectl.words("\"\(String(answer.prefix(40)))\" is none of these")
            }
            if let fault = tried.fault(digest: { Hash.sha256($0) }) { return fault.text(in: Tongue.current) }
            draft = tried
            return nil
        }

        /// False when nobody answers any more.
        func ask(_ draft: inout SiteDraft) -> Bool {
            while true {
                let usual = usual(draft)
                print(usual.map { "\(words) [\($0)] " } ?? "\(words) ", terminator: "")
                fflush(nil)
                guard let typed = readLine() else { return false }
                guard let fault = fault(of: typed.isEmpty ? usual ?? "" : typed, in: &draft) else { return true }
                print("  \(fault)")
            }
        }
    }
}

private func choice<Value: RawRepresentable<String>>(_ text: String, in value: inout Value) -> Bool {
    guard let found = Value(rawValue: text.lowercased()) else { return false }
    value = found
    return true
}
