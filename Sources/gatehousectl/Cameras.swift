import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

struct CameraCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "camera", abstract: words("Cameras, and whether they give a picture."), subcommands: [Test.self])

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Take a picture with a camera now, and say what it got. Needs --reason."),
            discussion: words(
                """
                It goes the way of every event's picture; without one it ends with 1 and says what to do.
                Examples:
                  gatehousectl camera test wicket-cam --reason "moved it"
                  gatehousectl camera test wicket-cam --reason "moved it" --to wicket.jpg
                """))
        @Argument(help: told("The camera, as the configuration names it.")) var camera: String
        @Option(help: told("The file to write the picture into; it may not be there yet.")) var to: String?
        @OptionGroup var common: Common

        func run() throws {
            if let to, access(to, F_OK) == 0 {
                complain(words("\(to) is there already; nothing was written over it"))
                throw Exit.usage
            }
            let command = try CameraTest(camera: argument("CAMERA", camera), picture: to == nil ? nil : true)
            var octets: [UInt8] = []
            var hasPicture = false
            try asking(command, common) { piece in
                octets += piece.value.data.octets
            } result: { answer in
                hasPicture = answer.value.size != nil
                if common.isJSON { printJSON(.cameraTest, "reply", answer.text) } else { tell(answer.value) }
            }
            guard hasPicture else { throw Exit.refused }
            guard let to else { return }
            guard NewFile.write(octets, to: to) else {
                complain("\(to): \(String(cString: strerror(errno)))")
                throw Exit.usage
            }
            if !common.isJSON { print(words("\(to)  \(octets.count, "octet", "octets")")) }
        }

        private func tell(_ reply: CameraTest.Reply) {
            let time = reply.milliseconds
            guard let size = reply.size else {
                let why = Words.reason(reply.reason ?? "", common.language)
                print(words("\(reply.camera): no picture after \(time) ms: \(why)"))
                if let advice = reply.advice { print("  \(advice)") }
                return
            }
            if let width = reply.width, let height = reply.height {
                print(
                    words(
                        "\(reply.camera): a picture of \(width) by \(height) after \(time) ms, \(size, "octet", "octets")"
                    ))
            } else {
                print(words("\(reply.camera): a picture after \(time) ms, \(size, "octet", "octets")"))
            }
            print("  " + words("entry \(reply.event)"))
        }
    }
}
