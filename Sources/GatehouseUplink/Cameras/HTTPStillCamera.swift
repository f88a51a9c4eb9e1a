package import GatehouseConfiguration
package import GatehouseCore

/// A still picture from an IP camera over HTTP. Only what is a whole JPEG counts as a picture.
package struct HTTPStillCamera: Sendable {
    private let settings: CameraSettings
    private let password: String?

    package init(_ settings: CameraSettings, password: String?) {
        self.settings = settings
        self.password = password
    }

    /// The picture, or the word for why there is none. One more try when nobody answered at all.
    package func take() -> Result<[UInt8], CameraFailure> {
        let first = attempt()
        guard case .failure(let failure) = first, failure.reason == .unreachable else { return first }
        return attempt()
    }

    private func attempt() -> Result<[UInt8], CameraFailure> {
        var exchange = HTTPExchange(url: settings.url, timeout: settings.timeout, maxBytes: settings.maxBytes)
        exchange.user = settings.user
        exchange.password = password
        exchange.allowsBasic = settings.url.hasPrefix("https:") || settings.allowsCleartextPassword
        exchange.caFile = settings.caFile
        do throws(HTTPExchange.Failure) {
            let answer = try exchange.run()
            if answer.offersOnlyBasic, !exchange.allowsBasic, settings.user != nil {
                return .failure(CameraFailure(reason: .cleartextPassword))
            }
            guard answer.status == 200 else { return .failure(CameraFailure(reason: .refused)) }
            guard !answer.body.isEmpty else { return .failure(CameraFailure(reason: .empty)) }
            return Self.isPicture(answer.body) ? .success(answer.body) : .failure(CameraFailure(reason: .notAPicture))
        } catch {
            switch error {
            case .timeout: return .failure(CameraFailure(reason: .timeout))
            case .tooLarge: return .failure(CameraFailure(reason: .tooLarge))
            case .unreachable, .broken: return .failure(CameraFailure(reason: .unreachable))
            }
        }
    }

    /// Start and end of a JPEG image; some cameras pad the end with zeros.
    package static func isPicture(_ octets: [UInt8]) -> Bool {
        guard octets.count > 4, octets.starts(with: [0xFF, 0xD8, 0xFF]) else { return false }
        guard let last = octets.lastIndex(where: { $0 != 0 }), last >= 1 else { return false }
        return octets[last] == 0xD9 && octets[last - 1] == 0xFF
    }
}

package struct CameraFailure: Error, Hashable, Sendable {
    package var reason: SnapshotFailure
    package init(reason: SnapshotFailure) { self.reason = reason }
}
