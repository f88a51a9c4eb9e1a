package import GatehouseCore

/// Which passwords are taken: NIST SP 800-63B-4, section 3.1.1.2. Length and a list of what everybody tries first; no
/// composition rules, and no change for the sake of change. Any script will do.
package enum PasswordRule {
    package static let shortest = 12
    package static let longest = 256

    package enum Refusal: Hashable, Sendable {
        case tooShort
        case tooLong
        case control
        case name
        case common

        package var sentence: Sentence {
            switch self {
            case .tooShort:
                Sentence("a password has \(PasswordRule.shortest) characters or more; a sentence is a good one")
            case .tooLong: Sentence("a password has \(PasswordRule.longest) characters at most")
            case .control: Sentence("a password holds no control characters")
            case .name: Sentence("this password is hardly more than the account's name")
            case .common: Sentence("this password is one of those that are tried first; take another one")
            }
        }
    }

    /// Nil for a password that is taken. Characters are counted as Unicode's, composed.
    package static func refusal(of password: String, for name: AccountName) -> Refusal? {
        let scalars = Array(Composed.text(password).unicodeScalars)
        guard scalars.count >= shortest else { return .tooShort }
        guard scalars.count <= longest else { return .tooLong }
        guard scalars.allSatisfy({ $0.properties.generalCategory != .control }) else { return .control }
        let folded = Composed.text(String(String.UnicodeScalarView(scalars)).lowercased())
        if let place = folded.firstRange(of: name.key) {
            let rest = folded.unicodeScalars.count - folded[place].unicodeScalars.count
            if rest < 8 { return .name }
        }
        return isCommon(folded) ? .common : nil
    }

    /// Of the lists of leaked passwords what is long enough, and what is one short thing again and again or a run of keys.
    private static func isCommon(_ folded: String) -> Bool {
        let letters = Array(folded.unicodeScalars)
        let repeats = (1...4).contains { length in
            letters.indices.dropFirst(length).allSatisfy { letters[$0] == letters[$0 - length] }
        }
        if repeats || listed.contains(folded) { return true }
        let runs = ["012345678901234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm"]
        return runs.contains { $0.contains(folded) || String($0.reversed()).contains(folded) }
    }

    private static let listed: Set<String> = [
        "password1234", "password12345", "password123456", "passwordpassword", "passw0rd1234", "p@ssw0rd1234",
        "administrator", "administrator1", "administrator123", "administrator123456", "admin1234567", "admin12345678",
        "admin123456789", "adminadmin123", "root12345678", "gatehouse123", "gatehouse1234", "gatehouse12345",
        "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "qwerty123456", "qwerty1234567",
        "qwertyuiop123", "qwertyuiop123456", "qazwsxedcrfv", "zaq12wsxcde3", "a12345678910", "abc123456789",
        "abcd12345678", "aa1234567890", "a1234567890123", "123456789abc", "1234567890abc", "12345678910a",
        "123456789qwe", "123qweasdzxc", "qwe123456789", "iloveyou1234", "woaini1314520", "woaini123456",
        "woaini5201314", "wodemima1234", "5201314520131", "521131452013", "letmein12345", "welcome12345",
        "welcome123456", "changeme1234", "changemenow1", "123321123321", "112233445566", "147258369147",
        "147258369000", "789456123000", "123456123456", "123456654321", "1234567891011", "123456789123",
        "1234567890qwe", "superman1234", "football1234", "baseball1234", "sunshine1234", "princess1234",
        "dragon123456", "monkey123456", "master123456", "jinan1234567", "shandong1234", "xiaoqu123456", "baoan1234567",
        "menjin123456", "wuye12345678", "一二三四五六七八九十一二", "我的密码我的密码我的密码",
    ]
}
