package import GatehouseCore

/// What files may hold, and what people call their columns and values.
package enum ImportHeaders {
    package struct Header: Hashable, Sendable {
        package var kind: RegistryKind
        /// The name of its file, and of its array in JSON.
        package var name: String
        package var columns: [String]
        /// The first so many are needed.
        package var required: Int
    }

    package static let all: [Header] = [
        Header(kind: .community, name: "communities", columns: ["community", "name"], required: 2),
        Header(kind: .dwelling, name: "dwellings", columns: ["community", "dwelling", "use", "places"], required: 3),
        Header(
            kind: .person, name: "residents",
            columns: [
                "reference", "name", "role", "community", "dwelling", "groups", "from", "until", "status",
                "responsible", "shift", "needs_time",
            ], required: 3),
        Header(
            kind: .tenancy, name: "tenancies",
            columns: ["community", "dwelling", "tenants", "from", "until", "contract", "landlord", "beside"],
            required: 5),
        Header(kind: .vehicle, name: "vehicles", columns: ["plate", "community", "dwelling", "keeper"], required: 4),
        Header(
            kind: .credential, name: "credentials",
            columns: [
                "reference", "kind", "value", "bound", "duress", "from", "until", "status", "uses", "first_use",
                "vehicle", "consent",
            ], required: 3),
    ]

    /// What else a column is called; the first that the header has counts.
    private static let synonyms: [String: [String]] = [
        "小区": ["community"], "小区编号": ["community"], "社区": ["community"], "小区名称": ["name"], "名称": ["name"],
        "房号": ["dwelling"], "房间号": ["dwelling"], "房屋": ["dwelling"], "门牌号": ["dwelling"], "用途": ["use"],
        "房屋用途": ["use"], "车位": ["places"], "车位数": ["places"], "编号": ["reference"], "人员编号": ["reference"],
        "住户编号": ["reference"], "证件": ["reference"], "证件号": ["reference"], "证件号码": ["reference"],
        "身份证号": ["reference"], "工号": ["reference"], "姓名": ["name"], "角色": ["role"], "身份": ["role"],
        "人员类型": ["role"], "类型": ["role", "kind"], "类别": ["role", "kind"], "分组": ["groups"], "权限组": ["groups"],
        "开始日期": ["from"], "起始日期": ["from"], "生效日期": ["from"], "起租日期": ["from"], "结束日期": ["until"],
        "截止日期": ["until"], "到期日期": ["until"], "有效期至": ["until"], "状态": ["status"], "监护人": ["responsible"],
        "责任人": ["responsible"], "被访人": ["responsible"], "班次": ["shift"], "需要延时": ["needs_time"],
        "租户": ["tenants"], "承租人": ["tenants"], "租客": ["tenants"], "合同": ["contract"], "合同号": ["contract"],
        "合同编号": ["contract"], "房东": ["landlord"], "出租人": ["landlord"], "车牌": ["plate", "vehicle"],
        "车牌号": ["plate", "vehicle"], "车主": ["keeper"], "凭证类型": ["kind"], "凭证": ["value"], "卡号": ["value"],
        "绑定": ["bound"], "胁迫": ["duress"], "次数": ["uses"], "使用次数": ["uses"], "首次使用后": ["first_use"],
        "同意书": ["consent"], "授权书": ["consent"], "合租": ["beside"],
    ]

    /// What else a value is called.
    private static let words: [String: [String: String]] = [
        "role": [
            "业主": "resident", "住户": "resident", "租客": "tenant", "租户": "tenant", "员工": "staff", "物业": "staff",
            "家属": "household", "家庭成员": "household", "儿童": "child", "施工": "contractor", "外包": "contractor",
            "访客": "visitor",
        ],
        "use": ["自住": "owned", "出租": "let", "空置": "vacant", "商用": "commercial"],
        "kind": ["卡": "card", "门禁卡": "card", "密码": "pin", "人脸": "face"],
        "status": [
            "正常": "enabled", "启用": "enabled", "停用": "suspended", "挂失": "lost", "丢失": "lost", "被盗": "stolen",
            "损坏": "damaged", "退回": "returned", "禁入": "barred",
        ],
        "bound": yes, "duress": yes, "needs_time": yes,
    ]
    private static let yes = ["是": "yes", "否": "no"]

    /// The header that a first line is, with its columns in their own names; a column without a name has none.
    static func match(_ first: [String]) -> (header: Header, columns: [String])? {
        for header in all {
            var columns: [String] = []
            for text in first {
                let name = ImportText.halfWidth(text).lowercased()
                let found =
                    header.columns.contains(name)
                    ? name : synonyms[name]?.first { header.columns.contains($0) && !columns.contains($0) }
                guard let found, !columns.contains(found) || found == name else { break }
                columns.append(found)
            }
            // A list of cards needs no column that says of each that it is a card.
            let implied: Set<String> = first.contains("卡号") ? ["kind"] : []
            if columns.count == first.count, Set(columns).count == columns.count,
                header.columns.prefix(header.required).allSatisfy({ columns.contains($0) || implied.contains($0) })
            {
                return (header, columns)
            }
        }
        return nil
    }

    /// A word of the registry for what people call it.
    static func word(_ text: String, _ column: String) -> String {
        // What else a value is called is never ASCII.
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        return words[column]?[text] ?? text
    }
}
