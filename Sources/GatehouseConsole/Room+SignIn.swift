internal import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseThreads

/// Signing in and out.
extension Room {
    /// The session of a cookie, where its account is still what it was.
    private func session(_ cookie: String, counts: Bool, _ book: AccountBook?) -> Session? {
        let finding = sessions.change { sessions in
            if let book { sessions.settle(with: book) }
            return sessions.find(cookie, at: surroundings.now(), counts: counts)
        }
        guard case .open(let session) = finding else { return nil }
        return session
    }

    /// Whether a stream may go on that was opened with this cookie; it is no use of the session.
    func isOpen(_ cookie: String) -> Bool { session(cookie, counts: false, try? desk.file.read()) != nil }

    /// Whether a request, as far as its head says, is of somebody who is signed in: they may send files.
    package func knows(_ incoming: Incoming) -> Bool { isOpen(incoming.cookies[Cookies.session] ?? "") }

    func visitor(of incoming: Incoming) -> Visitor? {
        guard let cookie = incoming.cookies[Cookies.session] else { return nil }
        let book = try? desk.file.read()
        guard let session = session(cookie, counts: incoming.path != ["events"], book) else { return nil }
        let account = book?[session.name]
        let language = account?.language ?? Language.preferred(incoming.languages)
        let role = session.role.role
        return Visitor(
            account: session.name.text, shown: account?.display ?? session.name.text, role: role, language: language,
            palette: account?.palette ?? .auto, token: forms.token(for: cookie),
            mark: { [forms] in forms.token(for: "\(cookie) \($0)") },
            gate: Gate(path: admin, language: language, person: OnBehalf(name: session.name.text, role: role)))
    }

    func signInPage(_ incoming: Incoming, _ fault: Sentence? = nil, status: Int = 200, wantsCode: Bool = false)
        -> Outgoing
    {
        let cookie = incoming.cookies[Cookies.form] ?? Base64.encode(surroundings.random(32), isURLSafe: true)
        let language = Language.preferred(incoming.languages)
        var outgoing = Outgoing.page(
            SignInView(
                language: language, token: forms.token(for: cookie),
                to: SignInView.local(incoming.query["to"] ?? incoming.form["to"]),
                name: incoming.form["name"], fault: fault, wantsCode: wantsCode
            ).page, status: status)
        outgoing.headers.append(Cookies.set(Cookies.form, cookie))
        return outgoing
    }

    func signIn(_ incoming: Incoming) -> Outgoing {
        guard incoming.isFromHere, let cookie = incoming.cookies[Cookies.form],
            let token = incoming.form["token"], forms.isRight(token, for: cookie)
        else { return signInPage(incoming, Sentence("The form was old: sign in again."), status: 403) }
        let outcome = Awaited<Result<SignIn.Outcome, AccountFault>>()
        let password = incoming.form.all.first { $0.name == "password" }?.value ?? ""
        desk.signIn(
            SignIn.Attempt(
                name: incoming.form["name"] ?? "", password: password, code: incoming.form["code"],
                address: incoming.address,
                device: incoming.cookies[Cookies.device])
        ) { outcome.fulfil($0) }
        switch outcome.wait(atMost: .seconds(30)) {
        case .success(.signedIn(let signedIn)): return begin(signedIn, incoming)
        case .success(.needsCode):
            return signInPage(incoming, Sentence("Type the code of your authenticator too."), wantsCode: true)
        case .success(.wrong):
            return signInPage(
                incoming, Sentence("Name, password or code is not right."), status: 401,
                wantsCode: incoming.form["code"] != nil)
        case .success(.disabled):
            return signInPage(
                incoming, Sentence("This account is switched off; ask whoever keeps the accounts."), status: 403)
        case .success(.wait(let rest)):
            var outgoing = signInPage(
                incoming,
                Sentence(
                    "Too many tries from here: wait \(max(1, Int(rest.wholeMilliseconds / 1000)), "second", "seconds")."
                ),
                status: 429)
            outgoing.headers.append(("Retry-After", "\(max(1, rest.wholeMilliseconds / 1000))"))
            return outgoing
        case .success(.busy), nil:
            return signInPage(incoming, Sentence("Many sign in just now: try again in a moment."), status: 503)
        case .failure(let fault): return signInPage(incoming, fault.sentence, status: 503)
        }
    }

    private func begin(_ signedIn: SignIn.SignedIn, _ incoming: Incoming) -> Outgoing {
        let old = incoming.cookies[Cookies.session]
        let token: String
        do {
            token = try sessions.change { sessions in
                try sessions.begin(
                    signedIn.account, instead: old, at: surroundings.moment(), random: surroundings.random)
            }
        } catch {
            return signInPage(incoming, Sentence("Too many are signed in: ask somebody to sign out."), status: 503)
        }
        var outgoing = Outgoing.redirect(SignInView.local(incoming.form["to"]) ?? "/")
        outgoing.headers.append(Cookies.set(Cookies.session, token))
        outgoing.headers.append(Cookies.set(Cookies.form, "", age: 0))
        if let device = signedIn.device {
            outgoing.headers.append(Cookies.set(Cookies.device, device, age: 365 * 86400))
        }
        return outgoing
    }

    /// By a token from the machine itself, once.
    func once(_ incoming: Incoming) -> Outgoing {
        guard incoming.path.count == 2,
            let guest = guests.change({ $0.redeem(incoming.path[1], at: surroundings.now()) })
        else {
            return signInPage(incoming, Sentence("This address was used, or is too old."), status: 403)
        }
        let token = try? sessions.change { sessions in
            try sessions.begin(
                guest, instead: incoming.cookies[Cookies.session], at: surroundings.moment(),
                random: surroundings.random)
        }
        guard let token else { return signInPage(incoming, nil, status: 503) }
        var outgoing = Outgoing.redirect("/")
        outgoing.headers.append(Cookies.set(Cookies.session, token))
        return outgoing
    }

    func signOut(_ incoming: Incoming, _ visitor: Visitor) -> Outgoing {
        if let cookie = incoming.cookies[Cookies.session] { sessions.withLock { $0.end(cookie) } }
        hub.settle()
        var outgoing = Outgoing.redirect("/sign-in")
        outgoing.headers.append(Cookies.set(Cookies.session, "", age: 0))
        outgoing.headers.append(("Clear-Site-Data", "\"cache\""))
        return outgoing
    }

    /// Language and colours of the account.
    func settings(_ incoming: Incoming, _ visitor: Visitor) -> Outgoing {
        let language = incoming.form["language"].flatMap(Language.init(rawValue:))
        let palette = incoming.form["palette"].flatMap(Palette.init(rawValue:))
        do throws(AccountFault) {
            try desk.file.update { (book: inout AccountBook) throws(AccountFault) in
                // Whoever came by an address of one time has no account to keep it in.
                guard let name = AccountName(visitor.account) else { return }
                try book.change(name) { account in
                    account.language = language ?? account.language
                    account.palette = palette ?? account.palette
                }
            }
        } catch {
            return frame(visitor, Notices.fault(error.sentence, visitor), incoming)
        }
        return .redirect("/settings?done=settings")
    }
}

extension AccountRole {
    var role: Role {
        switch self {
        case .viewer: .viewer
        case .guard: .guard_
        case .manager: .manager
        }
    }
}

extension Language {
    /// What a browser asks for (RFC 9110, 12.5.4), as far as there are languages: the first of them that is ours.
    static func preferred(_ accepted: String?) -> Language {
        for part in (accepted ?? "").lowercased().split(separator: ",") {
            let tag = part.drop { $0 == " " }
            if tag.hasPrefix("zh") { return .chinese }
            if tag.hasPrefix("en") { return .english }
        }
        return .english
    }
}
