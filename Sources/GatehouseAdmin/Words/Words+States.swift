package import GatehouseCore

/// Stable words of the register and of devices, as people read them.
extension Words {
    package static func state(_ word: String, _ language: Language) -> String {
        guard let (english, chinese) = states[word] else { return word }
        return language == .chinese ? chinese : english
    }

    private static let states: [String: (english: String, chinese: String)] = [
        "resident": ("resident", "住户"), "tenant": ("tenant", "租户"), "household": ("household", "同住人"),
        "contractor": ("contractor", "承包商"), "staff": ("staff", "员工"), "visitor": ("visitor", "访客"),
        "child": ("child", "儿童"),
        "person": ("person", "人员"), "dwelling": ("dwelling", "住房"), "tenancy": ("tenancy", "租约"),
        "credential": ("credential", "凭证"), "vehicle": ("vehicle", "车辆"), "community": ("community", "小区"),
        "card": ("card", "卡"), "pin": ("PIN", "密码"), "face": ("face", "人脸"), "plate": ("plate", "车牌"),
        "active": ("active", "正常"), "suspended": ("suspended", "停用"), "barred": ("barred", "禁止进入"),
        "enabled": ("enabled", "有效"), "lost": ("lost", "挂失"), "stolen": ("stolen", "被盗"),
        "damaged": ("damaged", "损坏"), "returned": ("returned", "退还"),
        "running": ("running", "生效中"), "notice": ("notice", "已通知退租"), "registered": ("registered", "未开始"),
        "ended": ("ended", "已结束"), "overstay": ("over, and not handed back", "逾期未退"),
        "terminatedEarly": ("ended early", "已提前终止"), "renewed": ("renewed", "已续租"),
        "handedBack": ("handed back", "已退房"),
        "owned": ("owned", "自住"), "let": ("let", "出租"), "vacant": ("vacant", "空置"),
        "commercial": ("commercial", "商用"),
        "online": ("online", "在线"), "offline": ("offline", "离线"),
        "neverHeard": ("never heard", "启动后还没有收到过数据"),
        "none": ("no encryption", "无加密"), "clear": ("in clear", "明文"), "secure": ("secure channel", "安全通道"),
        "insecure": ("not encrypted, and has to be", "应加密而未加密"), "encrypted": ("encrypted", "已加密"),
        "viewer": ("viewer", "查看员 viewer"), "guard": ("guard", "保安 guard"), "manager": ("manager", "经理 manager"),
        "installer": ("installer", "安装员 installer"), "auditor": ("auditor", "审计员 auditor"),
        "released": ("released", "已开锁"), "secured": ("secured", "已上锁"), "closed": ("closed", "关"),
        "open": ("open", "开"), "forced": ("forced open", "被强行打开"), "heldOpen": ("held open", "久开未关"),
        "valid": ("valid", "有效"), "coming": ("not yet", "未开始"), "usedUp": ("used up", "次数已用完"),
        "revoked": ("revoked", "已作废"), "view": ("a view of entries", "查看记录"), "register": ("the register", "整个名册"),
        "unknownSignature": ("signed by a key not known here", "签名密钥不明"), "pass": ("pass", "通行码"),
        "trusted": ("trusted", "可信"), "untrusted": ("not trusted", "不可信"),
        "unknown": ("unknown", "不明"), "raised": ("raised", "未确认"), "acknowledged": ("acknowledged", "已确认"),
    ]
}
