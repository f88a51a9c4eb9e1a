package import GatehouseAccounts
internal import GatehouseAdmin
package import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseThreads

/// The page: what a browser asks becomes what it is answered. Knows no HTTP server; the daemon behind the gate's socket is all it
/// asks. A class because it owns the watching threads and the sessions.
package final class Room: Sendable {
    package struct Surroundings: Sendable {
        package var now: @Sendable () -> MonotonicTime
        /// Local time of the machine, by which shifts end.
        package var moment: @Sendable () -> Moment
        package var random: @Sendable (Int) -> [UInt8]

        package init(
            now: @escaping @Sendable () -> MonotonicTime, moment: @escaping @Sendable () -> Moment,
            random: @escaping @Sendable (Int) -> [UInt8]
        ) {
            self.now = now
            self.moment = moment
            self.random = random
        }
    }

    let admin: String
    /// Whether the gallery is shown, to whoever asks.
    let hasGallery: Bool
    let desk: SignInDesk
    let surroundings: Surroundings
    let hub = LiveHub()
    let forms: FormToken
    let sessions: Guarded<SessionBook>
    let guests = Guarded(OneTimeBook())

    /// `admin` is the path of the daemon's socket.
    package init(
        admin: String, desk: SignInDesk, shifts: ShiftChanges, hasGallery: Bool = false, surroundings: Surroundings
    ) {
        self.admin = admin
        self.hasGallery = hasGallery
        self.desk = desk
        self.surroundings = surroundings
        sessions = Guarded(SessionBook(shifts: shifts))
        forms = FormToken(key: SecretKey(surroundings.random(32)))
    }

    package func stop() {
        hub.endAll()
        desk.stop()
    }

    /// A token with which somebody at the machine signs in once; nil when too many are out.
    package func oneTime(_ guest: OneTimeBook.Guest) -> String? {
        guests.change { $0.issue(to: guest, at: surroundings.now(), random: surroundings.random) }
    }

    // MARK: answers

    package func answer(_ incoming: Incoming) -> Outgoing {
        switch (incoming.method, incoming.path.first) {
        case (.get, "assets"), (.head, "assets"):
            return Assets.answer(incoming.path.last ?? "") ?? .text("", status: 404)
        case (.get, "healthz"), (.head, "healthz"): return .text("ok\n")
        case (.get, "metrics"): return metrics()
        case (.get, "sign-in"), (.head, "sign-in"): return signInPage(incoming)
        case (.post, "sign-in"): return signIn(incoming)
        case (.get, "once"): return once(incoming)
        default: break
        }
        guard let visitor = visitor(of: incoming) else {
            return (hasGallery ? Gallery.answer(incoming) : nil) ?? signedOut(incoming)
        }
        guard incoming.method == .post else { return show(incoming, visitor) }
        // OWASP: where it began, and what only a form of this session carries.
        guard incoming.isFromHere, let token = incoming.form["token"],
            forms.isRight(token, for: incoming.cookies[Cookies.session] ?? "")
        else {
            return frame(visitor, Notices.foreignForm(visitor), incoming)
        }
        return act(incoming, visitor)
    }

    /// A browser that is not signed in goes to the sign-in, and comes back from there to where it was.
    private func signedOut(_ incoming: Incoming) -> Outgoing {
        if incoming.path == ["events"] { return .text("", status: 401) }
        guard incoming.method != .post else { return .redirect("/sign-in") }
        let address = "/" + incoming.path.map(Fields.encoded).joined(separator: "/")
        let whole = incoming.query.all.isEmpty ? address : "\(address)?\(incoming.query.encoded)"
        return .redirect(whole == "/" ? "/sign-in" : "/sign-in?to=\(Fields.encoded(whole))")
    }

    private func show(_ incoming: Incoming, _ visitor: Visitor) -> Outgoing {
        switch incoming.path.first {
        case nil: return .redirect(visitor.may(.log) ? "/shift" : "/health")
        case "events": return events(incoming, visitor)
        case "picture": return picture(incoming, visitor)
        default: break
        }
        do throws(GateFault) {
            return frame(visitor, try Views.view(visitor, incoming), incoming)
        } catch {
            return frame(visitor, Notices.view(of: error, visitor), incoming, asks: !error.isAway)
        }
    }

    private func act(_ incoming: Incoming, _ visitor: Visitor) -> Outgoing {
        if incoming.path == ["sign-out"] { return signOut(incoming, visitor) }
        if incoming.path.first == "settings" { return settings(incoming, visitor) }
        do throws(GateFault) {
            switch try Acts.carryOut(incoming, visitor) {
            case .went(let location): return .redirect(location)
            case .shown(let view): return frame(visitor, view, incoming)
            }
        } catch {
            return frame(visitor, Notices.view(of: error, visitor), incoming, asks: !error.isAway)
        }
    }

    /// A view in its frame, with how the gates are.
    /// `asks`: not where the daemon has just not answered; one that hangs is waited for once.
    func frame(_ visitor: Visitor, _ view: View, _ incoming: Incoming, asks: Bool = true) -> Outgoing {
        let status = asks ? try? visitor.gate.ask(Status()) : nil
        let metrics = status == nil ? nil : try? visitor.gate.ask(Metrics())
        let said = incoming.query["done"].flatMap { Notices.done($0, visitor) } ?? .none
        return .page(
            Frame(visitor: visitor, status: status, metrics: metrics, said: said).page(view), status: view.status)
    }

    private func events(_ incoming: Incoming, _ visitor: Visitor) -> Outgoing {
        // Asked before a stream is opened anew: whether there is somebody to open it.
        guard incoming.method == .get else { return .text("") }
        let last = incoming.lastEvent ?? incoming.query.number("after")
        let cookie = incoming.cookies[Cookies.session] ?? ""
        guard let stream = hub.open(visitor, after: last, while: { [weak self] in self?.isOpen(cookie) ?? false })
        else {
            var busy = Outgoing.text(visitor.say("Too many tabs watch; close one."), status: 503)
            busy.headers.append(("Retry-After", "30"))
            return busy
        }
        return Outgoing(stream)
    }

    private func picture(_ incoming: Incoming, _ visitor: Visitor) -> Outgoing {
        guard incoming.path.count == 2, let event = UInt64(incoming.path[1]) else { return .text("", status: 404) }
        var octets: [UInt8] = []
        do throws(GateFault) {
            let command = PictureShow(
                event: CountArgument(event), camera: incoming.query["camera"].map { TextArgument($0) })
            let reply = try visitor.gate.list(command, reason: incoming.query["reason"]) { octets += $0.data.octets }
            // A picture is one by its first octets, whatever it is called.
            guard octets.count == reply.size, octets.starts(with: [0xFF, 0xD8, 0xFF]) else {
                return .text("", status: 502)
            }
        } catch {
            return PictureNotice.answer(error, visitor)
        }
        var outgoing = Outgoing(200, "image/jpeg", octets)
        outgoing.headers.append(("Cache-Control", "private, max-age=600"))
        outgoing.headers.append(("Content-Disposition", "inline; filename=\"\(event).jpg\""))
        return outgoing
    }

    /// Figures for a monitoring system, in the name of the console itself (Prometheus text format 0.0.4).
    private func metrics() -> Outgoing {
        let gate = Gate(path: admin, language: .english, person: nil)
        guard let reply = try? gate.ask(Metrics()) else { return .text("the daemon does not answer\n", status: 503) }
        return Outgoing(200, "text/plain; version=0.0.4; charset=utf-8", Array(MetricsText.text(of: reply).utf8))
    }
}

enum Cookies {
    // Bound to this host, and sent over TLS alone (RFC 6265bis, 4.1.3.2); browsers take the loopback for that too.
    static let session = "__Host-session"
    static let device = "__Host-device"
    /// What stands for a session in the form of the sign-in, where there is none yet.
    static let form = "__Host-form"

    static func set(_ name: String, _ value: String, age: Int? = nil) -> (String, String) {
        let age = age.map { "; Max-Age=\($0)" } ?? ""
        return ("Set-Cookie", "\(name)=\(value); Path=/; Secure; HttpOnly; SameSite=Strict\(age)")
    }
}
