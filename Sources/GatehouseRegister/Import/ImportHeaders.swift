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
                "responsible", "shift", "needs_time", "phone", "note",
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
                "vehicle", "consent", "also",
            ], required: 3),
    ]

    /// One sheet for all: a person a line, with dwelling, cards and plates. `RegistryImport+Sheet` takes it apart.
    package static let sheet = Header(
        kind: .person, name: "sheet",
        columns: [
            "name", "dwelling", "reference", "community", "use", "role", "phone", "note", "groups", "from", "until",
            "status", "responsible", "contract", "card", "card2", "card3", "plate", "plate2", "plate3",
        ], required: 1)

    static let cards = ["card", "card2", "card3"]
    static let plates = ["plate", "plate2", "plate3"]

    /// Columns that number the lines and say nothing of anybody.
    static let numbers: Set<String> = ["序号", "行号", "no", "nr", "index", "#", "№"]

    /// Headers by which a list of cards needs no column that says of each that it is one.
    static let cardHeaders: Set<String> = ["卡号", "门禁卡号", "ic卡号"]

    /// What else a column is called; the first that the header has counts.
    static let synonyms: [String: [String]] = [
        "小区": ["community"], "小区编号": ["community"], "小区代码": ["community"], "社区": ["community"],
        "所属小区": ["community"], "项目": ["community"],
        "房号": ["dwelling"], "房间号": ["dwelling"], "房间": ["dwelling"], "房屋": ["dwelling"], "门牌号": ["dwelling"],
        "门牌": ["dwelling"], "室号": ["dwelling"], "房屋编号": ["dwelling"], "住址": ["dwelling"], "房产": ["dwelling"],
        "用途": ["use"], "房屋用途": ["use"], "房屋状态": ["use"], "车位": ["places"], "车位数": ["places"],
        "编号": ["reference"], "人员编号": ["reference"], "住户编号": ["reference"], "证件": ["reference"],
        "证件号": ["reference"], "证件号码": ["reference"], "身份证号": ["reference"], "身份证": ["reference"],
        "身份证号码": ["reference"], "工号": ["reference"],
        "姓名": ["name"], "住户姓名": ["name"], "业主姓名": ["name"], "人员姓名": ["name"],
        "角色": ["role"], "身份": ["role"], "人员类型": ["role"], "人员类别": ["role"], "住户类型": ["role"],
        "与业主关系": ["role"], "关系": ["role"], "类型": ["role", "kind"], "类别": ["role", "kind"],
        "分组": ["groups"], "权限组": ["groups"], "权限": ["groups"],
        "开始日期": ["from"], "起始日期": ["from"], "生效日期": ["from"], "起租日期": ["from"], "起租日": ["from"],
        "开始时间": ["from"], "租期开始": ["from"], "入住日期": ["from"],
        "结束日期": ["until"], "截止日期": ["until"], "到期日期": ["until"], "到期日": ["until"], "有效期至": ["until"],
        "结束时间": ["until"], "租期结束": ["until"], "退租日期": ["until"], "有效期": ["until"],
        "状态": ["status"], "监护人": ["responsible"], "责任人": ["responsible"], "被访人": ["responsible"],
        "班次": ["shift"], "需要延时": ["needs_time"], "租户": ["tenants"], "承租人": ["tenants"], "租客": ["tenants"],
        "合同": ["contract"], "合同号": ["contract"], "合同编号": ["contract"], "房东": ["landlord"], "出租人": ["landlord"],
        "车牌": ["plate", "vehicle"], "车牌号": ["plate", "vehicle"], "车牌号码": ["plate", "vehicle"], "车主": ["keeper"],
        "凭证类型": ["kind"], "凭证": ["value"], "卡号": ["value", "card"], "门禁卡号": ["value", "card"],
        "ic卡号": ["value", "card"], "门禁卡": ["value", "card"], "卡": ["card"], "卡号1": ["card"], "卡号2": ["card2"],
        "卡号3": ["card3"], "卡号一": ["card"], "卡号二": ["card2"], "卡号三": ["card3"], "车牌1": ["plate"],
        "车牌2": ["plate2"], "车牌3": ["plate3"], "车牌号1": ["plate"], "车牌号2": ["plate2"], "车牌号3": ["plate3"],
        "绑定": ["bound"], "胁迫": ["duress"], "次数": ["uses"], "使用次数": ["uses"], "首次使用后": ["first_use"],
        "另一卡号": ["also"], "其他卡号": ["also"], "同意书": ["consent"], "授权书": ["consent"], "合租": ["beside"],
        "电话": ["phone"], "联系电话": ["phone"], "手机": ["phone"], "手机号": ["phone"], "手机号码": ["phone"],
        "联系方式": ["phone"], "电话号码": ["phone"], "telephone": ["phone"], "mobile": ["phone"],
        "备注": ["note"], "说明": ["note"], "remark": ["note"], "remarks": ["note"], "notes": ["note"],
        "room": ["dwelling"], "flat": ["dwelling"], "apartment": ["dwelling"], "unit": ["dwelling"],
    ]

    /// The name of a community is a column of its own in one file, and names the community in all others.
    static func synonyms(_ folded: String, in header: Header) -> [String] {
        if folded == "小区名称" || folded == "社区名称" || folded == "项目名称" {
            return header.kind == .community ? ["name"] : ["community"]
        }
        if folded == "名称" { return header.kind == .community ? ["name"] : [] }
        return synonyms[folded] ?? []
    }

    /// What else a value is called.
    private static let words: [String: [String: String]] = [
        "role": [
            "业主": "resident", "住户": "resident", "户主": "resident", "产权人": "resident", "本人": "resident",
            "租客": "tenant", "租户": "tenant", "承租人": "tenant", "租赁": "tenant", "员工": "staff", "物业": "staff",
            "保安": "staff", "保洁": "staff", "工作人员": "staff", "家属": "household", "家庭成员": "household",
            "家人": "household", "亲属": "household", "配偶": "household", "父母": "household", "儿童": "child",
            "未成年人": "child", "施工": "contractor", "外包": "contractor", "装修": "contractor", "访客": "visitor",
        ],
        "use": [
            "自住": "owned", "自用": "owned", "出租": "let", "已出租": "let", "租赁": "let", "空置": "vacant", "空房": "vacant",
            "商用": "commercial", "商铺": "commercial",
        ],
        "kind": ["卡": "card", "门禁卡": "card", "密码": "pin", "人脸": "face"],
        "status": [
            "正常": "enabled", "启用": "enabled", "有效": "enabled", "停用": "suspended", "挂失": "lost", "丢失": "lost",
            "被盗": "stolen", "损坏": "damaged", "退回": "returned", "退卡": "returned", "禁入": "barred",
        ],
        "bound": yes, "duress": yes, "needs_time": yes,
    ]
    private static let yes = ["是": "yes", "否": "no"]

    /// A word of the registry for what people call it.
    static func word(_ text: String, _ column: String) -> String {
        // What else a value is called is never ASCII.
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        return words[column]?[text] ?? text
    }

    /// Pairs of characters that stand in the files of offices and in hardly any text that was read wrongly.
    static let usualPairs: Set<String> = [
        "姓名", "编号", "房号", "房间", "门牌", "卡号", "车牌", "电话", "手机", "小区", "社区", "业主", "租客", "租户", "住户",
        "备注", "序号", "角色", "身份", "单元", "号楼", "花园", "日期", "状态", "正常", "合同", "物业", "员工", "家属", "访客",
        "类型", "出租", "自住", "空置", "挂失",
    ]

    /// The first characters of most Chinese names.
    static let surnames: Set<Unicode.Scalar> = Set(
        "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
            .unicodeScalars)
}
