import GatehouseAccounts
import GatehouseCore
import Testing

@Suite("Passwords") struct PasswordTests {
    static let long = String(repeating: "ab c", count: 65)
    static let refused: [(String, PasswordRule.Refusal)] = [
        ("short", .tooShort), ("elevenchars", .tooShort), ("一二三四五六七八九十一", .tooShort), (long, .tooLong),
        ("with a\ttabulator", .control), ("Zhang-wei1234", .name), ("xzhang-weix99", .name), ("ZHANG-WEI", .tooShort),
        ("password1234", .common), ("PassWord1234", .common), ("aaaaaaaaaaaaa", .common), ("abcabcabcabcabc", .common),
        ("123456789012", .common), ("098765432109", .common), ("qwertyuiopas", .common),
        ("lkjhgfdsapoiuytrewq", .common), ("我的密码我的密码我的密码", .common), ("woaini1314520", .common),
    ]

    @Test(arguments: refused)
    func whatEverybodyTriesFirstIsRefused(password: String, refusal: PasswordRule.Refusal) {
        #expect(PasswordRule.refusal(of: password, for: Made.name("zhang-wei")) == refusal)
    }

    @Test(arguments: [
        "twelve chars", "春天来了门口的梧桐开花啦", "the zhang-wei who keeps the east gate", "zzzzzzzzzzzzy",
        "no digits needed", "e\u{301}e\u{301}e\u{301}e\u{301} bien sûr",
    ])
    func lengthIsEnough(password: String) {
        #expect(PasswordRule.refusal(of: password, for: Made.name("zhang-wei")) == nil)
    }

    /// Twelve characters that somebody's keyboard sends as twenty-four are twelve.
    @Test func charactersAreCountedComposed() {
        let six = String(repeating: "e\u{301}", count: 6)
        #expect(PasswordRule.refusal(of: six, for: Made.name("a")) == .tooShort)
    }

    @Test func aHashIsOfItsPasswordAlone() throws {
        let hash = try PasswordHash(of: "梧桐 crème brûlée 1", memory: 8, passes: 1)
        #expect(hash.isOf("梧桐 crème brûlée 1"))
        #expect(hash.isOf("梧桐 cre\u{300}me bru\u{302}le\u{301}e 1"), "composed by another keyboard")
        #expect(!hash.isOf("梧桐 crème brûlée 2") && !hash.isOf("") && !hash.isOf("梧桐 crème brûlée 1 "))
        #expect(try hash != PasswordHash(of: "梧桐 crème brûlée 1", memory: 8, passes: 1), "each has a salt of its own")
        #expect("\(hash)" == "hash of a password")
    }

    @Test func hashesOfTodayAreWhatOWASPAsksFor() throws {
        let hash = try PasswordHash(of: Made.password)
        #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(!hash.isCheap && Made.cheap.isCheap)
        #expect(hash.isOf(Made.password))
    }

    /// Made by the reference program: `printf password | argon2 somesalt -id -t 2 -m 16 -p 1 -e`, as its own tests have it.
    @Test func aHashOfTheReferenceProgramIsTaken() throws {
        let text =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        let hash = try #require(PasswordHash(text))
        #expect(hash.isOf("password") && !hash.isOf("passwore"))
    }

    @Test(arguments: [
        "", "secret", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=4000000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=4$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=+9456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFh\nFdXPJO1aFaMaO6M",
    ])
    func whatIsNoHashOfOursIsNone(text: String) { #expect(PasswordHash(text) == nil) }
}

@Suite("Names of accounts") struct AccountNameTests {
    @Test(arguments: ["a", "zhang.wei", "guard_2-b", "张伟", "ئەلى", "བཀྲ་ཤིས".replacing("་", with: ""), "Łukasz"])
    func lettersOfAnyScriptAreNames(text: String) { #expect(AccountName(text)?.text == text) }

    @Test(arguments: [
        "", " ", "a b", "a:b", "a/b", "a\u{202E}b", "\u{301}a", "a\u{0}", "<b>", "a\n", "é😀",
        String(repeating: "a", count: 65),
    ])
    func anythingElseIsNone(text: String) { #expect(AccountName(text) == nil) }

    @Test func oneNameHasOneForm() {
        #expect(AccountName("Rene\u{301}") == AccountName("rené"))
        #expect(AccountName("Rene\u{301}")?.text == "René")
        #expect(AccountName("rene") != AccountName("rené"))
    }
}
