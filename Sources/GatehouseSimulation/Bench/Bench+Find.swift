internal import GatehouseCore
internal import GatehouseRegister

extension Bench {
    /// The index of 100,000 people with their cards and 40,000 dwellings: what it takes of memory, and how long a question is
    /// under way.
    static func find(_ report: (String) -> Void) {
        let surnames = Array(
            "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段单解仇")
        let given = Array("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文辉力婷浩宇欣雨晨思琪子轩梓涵博嘉俊泽海波鹏飞龙凤春夏秋冬雪松柏云天乐")
        _ = Pinyin.shared.readings(of: 0x4E00)
        let before = resident()
        let began = wall()
        var index = FindIndex()
        index.reserve(people: 100_000, credentials: 100_000)
        var dice: UInt64 = 1
        func draw(_ names: [Character]) -> Character {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return names[Int(dice >> 33) % names.count]
        }
        for id in UInt32(1)...100_000 {
            let name = "\(draw(surnames))\(draw(given))" + (id % 4 == 0 ? "" : "\(draw(given))")
            index.put(
                .person(PersonRow(id: id, reference: "R-\(100_000 + id)", name: name, role: .resident, groups: [])))
            let key = CredentialKey(high: 0, low: UInt64(id))
            index.put(
                .credential(
                    CredentialRow(id: id, person: id, kind: .card, key: key, label: "H10301:\(id >> 16)-\(id & 65535)"))
            )
            if id <= 40_000 {
                let code = "\(id / 400)-\(id / 100 % 4)-\(100 + id % 100)"
                index.put(.dwelling(DwellingRow(id: id, community: 1, code: code, use: .owned)))
            }
        }
        let made = wall() - began
        let octets = resident() - before
        var longest = ("", 0.0)
        for text in ["李伟", "liwei", "lw", "zhang", "R-123456", "12", "单", "H10301:1-100", "3-2-150", "nobody at all"] {
            let query = FindQuery(text)
            let start = wall()
            let count =
                index.people(query).count + index.dwellings(query).count + index.vehicles(query).count
                + index.credentials(query).count
            let spent = wall() - start
            if spent > longest.1 { longest = ("\"\(text)\" with \(count) hits", spent) }
        }
        report(
            "an index of 100,000 people: \(octets >> 20) MiB (bound 24), made in \(Double(Int(made * 100)) / 100) s; the longest question \(Double(Int(longest.1 * 10_000)) / 10) ms (bound 50): \(longest.0)"
        )
    }
}
