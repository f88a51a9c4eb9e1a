package import GatehouseCore
internal import Glibc

/// What would keep a program from starting although its configuration reads well: a time zone that is none, a key or a secret
/// that is not there.
package enum StartCheck {
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package var sentence: Sentence
        package var description: String { sentence.english }
        /// False where the file is there and only somebody else may read it.
        package var isCertain: Bool
    }

    /// Everything that is wrong, in the order of the configuration. `masterKeyFault` and `policyFault` say what is wrong with the
    /// octets of a master key and of a policy of witnesses; `withUplink` is about the secrets of gatehouse-uplink too.
    package static func problems(
        of configuration: Configuration, withUplink: Bool, masterKeyFault: ([UInt8]) -> Sentence?,
        policyFault: ([UInt8]) -> Sentence?
    ) -> [Problem] {
        var found: [Problem?] = [
            zoneProblem(of: configuration), masterKeyProblem(configuration.files.masterKey, masterKeyFault),
        ]
        found += folderProblems(configuration.files)
        for (reader, problem) in ReaderKeyFile.problems(of: configuration) {
            found.append(
                Problem(sentence: Sentence("reader \(reader): \(problem.sentence)"), isCertain: problem.isCertain))
        }
        found.append(policyProblem(configuration.witnesses?.policyFile, policyFault))
        found.append(accountProblem(configuration.consoleAccount))
        guard withUplink else { return found.compactMap(\.self) }
        found.append(certificateProblem(configuration.witnesses?.caFile, Sentence("the witnesses")))
        for camera in configuration.cameras {
            found.append(secretProblem(camera.passwordFile, Sentence("camera \(camera.id)")))
            found.append(certificateProblem(camera.caFile, Sentence("camera \(camera.id)")))
        }
        for destination in configuration.destinations {
            for path in [destination.caFile, destination.clientCertificateFile] {
                found.append(certificateProblem(path, Sentence("destination \(destination.id)")))
            }
            for name in [destination.secretFile, destination.clientKeyFile] {
                found.append(secretProblem(name, Sentence("destination \(destination.id)")))
            }
        }
        return found.compactMap(\.self)
    }

    /// The calendar of the site, or why there is none.
    package static func calendar(of configuration: Configuration) -> Result<SiteCalendar, Problem> {
        let (folder, zone) = (configuration.files.zoneInfo, configuration.timeZone)
        if let octets = FileOctets.read("\(folder)/\(zone)"), let calendar = SiteCalendar(tzif: octets) {
            return .success(calendar)
        }
        let advice =
            nearZone(zone, in: folder).map { Sentence("did you mean \($0)?") }
            ?? Sentence("check that tzdata is installed")
        return .failure(
            Problem(
                sentence: Sentence("site.time_zone: there is no \(zone) in \(folder); \(advice)"), isCertain: true))
    }

    /// The folders that the service manager makes before it starts a program: those may be missing until then.
    private static let madeAtStart = ["/run/gatehouse", "/var/lib/gatehouse", "/var/lib/gatehouse-uplink"]
    /// The longest path of a socket: `sun_path` has 108 octets with its end (unix(7)).
    private static let longestSocket = 107

    private static func folderProblems(_ files: FileSettings) -> [Problem?] {
        let sockets = [("files.admin_socket", files.adminSocket), ("files.uplink_socket", files.uplinkSocket)]
        var found: [Problem?] = sockets.map { key, path in
            guard path.utf8.count > longestSocket else {
                return isFolder(path)
                    ? Problem(sentence: Sentence("\(key): \(path) is a folder"), isCertain: true) : nil
            }
            return Problem(
                sentence:
                    Sentence(
                        "\(key): a socket's path has at most \(longestSocket) octets, and this one \(path.utf8.count)"),
                isCertain: true)
        }
        if isFolder(files.database) {
            found.append(Problem(sentence: Sentence("files.database: \(files.database) is a folder"), isCertain: true))
        }
        for (key, path) in [("files.database", files.database)] + sockets {
            let folder = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
            guard !folder.isEmpty, !isFolder(folder) else { continue }
            found.append(
                Problem(
                    sentence: Sentence("\(key): there is no folder \(folder); make it, for the service's user"),
                    isCertain: !madeAtStart.contains(folder)))
        }
        return found
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func zoneProblem(of configuration: Configuration) -> Problem? {
        if case .failure(let problem) = calendar(of: configuration) { problem } else { nil }
    }

    /// Cities that people write and that keep the time of another one.
    private static let cities = [
        "beijing": "Asia/Shanghai", "peking": "Asia/Shanghai", "guangzhou": "Asia/Shanghai",
        "shenzhen": "Asia/Shanghai",
        "tianjin": "Asia/Shanghai", "chengdu": "Asia/Shanghai", "wuhan": "Asia/Shanghai", "hangzhou": "Asia/Shanghai",
        "nanjing": "Asia/Shanghai", "xian": "Asia/Shanghai", "suzhou": "Asia/Shanghai", "qingdao": "Asia/Shanghai",
        "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "hanoi": "Asia/Ho_Chi_Minh", "osaka": "Asia/Tokyo",
    ]

    private static func nearZone(_ zone: String, in folder: String) -> String? {
        let city = zone.split(separator: "/").last.map { $0.lowercased() } ?? ""
        if let meant = cities[city], access("\(folder)/\(meant)", R_OK) == 0 { return meant }
        let all = names(in: folder).flatMap { area in
            area.first?.isUppercase == true ? [area] + names(in: "\(folder)/\(area)").map { "\(area)/\($0)" } : []
        }
        if let near = Nearest.match(for: zone, among: all) { return near }
        return all.filter { $0.lowercased().hasSuffix("/" + city) }.min()
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { found.append(name) }
        }
        return found
    }

    private static func masterKeyProblem(_ name: String, _ fault: ([UInt8]) -> Sentence?) -> Problem? {
        let path = CredentialFile.masterKey.path(of: name)
        if let problem = unreadable(path, Sentence("the master key")) { return problem }
        if isFolder(path) {
            return Problem(
                sentence: Sentence("\(path): the master key is a file, and this is a folder"), isCertain: true)
        }
        guard let octets = FileOctets.read(path), let fault = fault(octets) else { return nil }
        return Problem(sentence: Sentence("\(path): \(fault)"), isCertain: true)
    }

    private static func policyProblem(_ path: String?, _ fault: ([UInt8]) -> Sentence?) -> Problem? {
        guard let path else { return nil }
        if let problem = unreadable(path, Sentence("the policy of the witnesses")) { return problem }
        guard let octets = FileOctets.read(path) else { return nil }
        return fault(octets).map { Problem(sentence: Sentence("\(path): \($0)"), isCertain: true) }
    }

    /// The usual account may be missing where there is no page; one that somebody names is meant to be there.
    private static func accountProblem(_ name: String) -> Problem? {
        guard name != Configuration.usualConsoleAccount, getpwnam(name) == nil else { return nil }
        return Problem(
            sentence: Sentence(
                "console.account: this machine has no account \(name); make it, or leave the key out for \(Configuration.usualConsoleAccount)"
            ), isCertain: true)
    }

    private static func secretProblem(_ name: String?, _ whose: Sentence) -> Problem? {
        guard let name else { return nil }
        let path = CredentialFile.secret.path(of: name)
        if let problem = unreadable(path, Sentence("the secret of \(whose)")) { return problem }
        return FileOctets.read(path)?.isEmpty == true
            ? Problem(sentence: Sentence("\(path): the secret of \(whose) is empty"), isCertain: true) : nil
    }

    /// Without it no connection comes about.
    private static func certificateProblem(_ path: String?, _ whose: Sentence) -> Problem? {
        guard let path else { return nil }
        if let problem = unreadable(path, Sentence("the certificates of \(whose)")) { return problem }
        let text = String(decoding: FileOctets.read(path) ?? [], as: UTF8.self)
        return text.contains("-----BEGIN CERTIFICATE-----")
            ? nil
            : Problem(
                sentence: Sentence("\(path): no certificate of \(whose) is in it (PEM is meant)"), isCertain: true)
    }

    private static func unreadable(_ path: String, _ what: Sentence) -> Problem? {
        guard access(path, R_OK) != 0 else { return nil }
        let reason = errno
        return Problem(
            sentence: Sentence(
                "\(path): \(what) cannot be read: \(String(cString: strerror(reason))); see docs/operating.md"),
            isCertain: reason != EACCES)
    }
}
