package import GatehouseCore

/// Words for people, in English and Chinese. The stable words of the journal stay as they are in JSON and CSV.
package enum Words {
    package static func outcome(_ word: String, _ language: Language) -> String {
        pick(outcomes[word], word, language)
    }
    package static func reason(_ word: String, _ language: Language) -> String { pick(reasons[word], word, language) }
    package static func kind(_ kind: EntryKind, _ language: Language) -> String {
        pick(kinds[kind], kind.rawValue, language)
    }

    private static func pick(_ pair: (String, String)?, _ word: String, _ language: Language) -> String {
        guard let pair else { return word }
        return language == .chinese ? pair.1 : pair.0
    }

    private static let outcomes: [String: (String, String)] = [
        "granted": ("granted", "放行"), "granted(duress)": ("granted (duress)", "胁迫放行"), "denied": ("denied", "拒绝"),
        "taken": ("passed", "已通过"), "notTaken": ("not used", "未通过"), "unknown": ("not known", "是否通过不明"),
        "done": ("done", "已执行"),
        "refused": ("refused", "已拒绝"),
        "stored": ("picture", "已抓拍"), "sealed": ("sealed", "已加密"), "missing": ("no picture", "无图片"),
        "active": ("active", "触发"),
        "reset": ("reset", "已复位"), "settled": ("settled", "已确认"),
        "rewound": ("the database was an older one", "数据库被换成旧的"),
        "altered": ("the database was changed from outside", "数据库被外部改动"),
        "backup": ("from a backup", "由备份恢复"), "damage": ("the database was damaged", "数据库损坏"),
        "rotation": ("another key signs from here on", "从此改用新的签名密钥"),
        "inputQuiet": ("input quiet", "输入恢复"), "secure": ("normal", "正常"), "free": ("free passage", "常开"),
        "blocked": ("blocked", "禁止通行"), "lockdown": ("lockdown", "封锁"), "fire": ("fire", "消防"),
        "online": ("online", "在线"), "offline": ("offline", "离线"), "afterStop": ("after a clean stop", "正常停机后"),
        "afterCrash": ("after a crash", "异常中断后"), "delivered": ("delivered", "已送达"), "abandoned": ("given up", "已放弃"),
        "expired": ("expired", "已过期"), "on": ("began", "出现"), "off": ("ended", "解除"),
        "released": ("released late", "延迟放行"),
        "heldBack": ("held back", "未放行"), "breach": ("not believed", "不可信"), "keyKept": ("has its new key", "新密钥已生效"),
        "keyRefused": ("did not take the key", "未接受密钥"), "keyExpired": ("window closed without a key", "安装窗口已关闭"),
        "fileArrived": ("has taken the file", "文件已接收"), "fileRefused": ("refused the file", "拒绝文件"),
        "fileLost": ("went away before the file was over", "文件传输中断"),
        "identified": ("said who it is", "设备已识别"), "swapped": ("is another device", "设备已被更换"),
        "swapEnded": ("is the device that it was", "原设备已恢复"), "firmwareChanged": ("has other firmware", "固件已变更"),
        "accepted": ("accepted", "已确认"), "faceTable": ("compared with the register", "人脸名单已核对"),
        "begun": ("begun", "开始"), "good": ("good", "正常"), "bad": ("bad", "有故障"), "said": ("seen by a person", "人工确认"),
        "skipped": ("left out", "已跳过"), "reported": ("ended, with its report", "已结束并出具报告"),
        "neverHeard": ("never heard", "尚无信号"),
        "announced": ("announced", "已公告"), "cancelled": ("cancelled", "已取消"), "ended": ("access ended", "权限已终止"),
        "keyUnproven": ("took a key and did not prove it", "新密钥未验证"),
        "acknowledged": ("seen", "已知晓"), "activated": ("activated", "已启用"), "added": ("added", "已加入"),
        "confirmed": ("confirmed", "已认可"), "guessing": ("numbers are tried", "有人试号"),
        "inputActive": ("input active", "输入动作"), "inputInactive": ("input at rest", "输入复原"),
        "loaded": ("read again", "已重新载入"), "person": ("a person erased", "已删除个人信息"),
        "quarantined": ("put aside", "已隔离"), "quarantineEnded": ("heard again", "已解除隔离"),
        "renewed": ("renewed", "已续期"), "retention": ("kept long enough", "保存期满"), "stepped": ("was set", "时钟被调整"),
        "tamper": ("opened or moved", "被拆动"), "tamperEnded": ("closed again", "已复原"),
        "withdrawn": ("withdrawn", "已撤回"),
    ]

    private static let reasons: [String: (String, String)] = [
        "other": ("not now", "当前不能执行"), "importRefused": ("lines are wrong", "文件有错"),
        "reasonMissing": ("a reason is needed", "未写原因"), "causeMissing": ("a cause is needed", "未写缘由"),
        "expired": ("came too late", "命令过期"), "notAllowed": ("not of this role", "角色无权"),
        "postureForbids": ("not in this posture", "通道状态不允许"), "fireStands": ("a fire holds it open", "消防状态中"),
        "fireInputActive": ("the fire input is active", "消防输入仍在触发"), "noFire": ("there is no fire", "没有消防状态"),
        "storeUnavailable": ("the database cannot be written", "数据库写不进去"),
        "withoutKey": ("without the master key", "没有主密钥"),
        "unknownPortal": ("no such portal", "没有此通道"), "unknownReader": ("no such reader", "没有此读卡器"),
        "unknownAlarm": ("no such alarm", "没有此报警"), "noCardShown": ("no card was shown", "没有刷卡"),
        "cardAwaited": ("somebody waits there", "已有人在等"), "readerNotSwapped": ("it is the same device", "设备未更换"),
        "passTooLong": ("the pass is too long", "通行码太长"), "watchlistAsleep": ("the watchlist sleeps", "布控停用"),
        "encryptionWanted": ("it speaks only encrypted", "设备要求加密通信"),
        "encryptionUnset": ("it has no key table yet", "设备未设置密钥表"),
        "encryptionMismatch": ("it has another key table or mode", "密钥表或加密方式不一致"),
        "readerSwapped": ("another device answers, and nobody accepted it", "设备已被更换且未确认"),
        "handedOver": ("the site was handed over", "已移交"), "wrongToken": ("wrong token", "令牌错误"),
        "secondPerson": ("a second person is needed", "需要另一人操作"),
        "UnknownCredential": ("unknown card, PIN or face", "未登记的凭证"),
        "CredentialNotEnabled": ("credential is off (lost, stolen, suspended)", "凭证已停用"),
        "CredentialNotActive": ("credential is not valid yet", "凭证尚未生效"),
        "CredentialExpired": ("credential has expired", "凭证已过期"), "InvalidPIN": ("wrong PIN", "密码错误"),
        "NotPermittedAtThisTime": ("not at this time", "不在允许时段"), "Unauthorized": ("not for this gate", "无此门权限"),
        "AntipassbackViolation": ("already inside by the ledger", "反潜回"), "LockedDown": ("lockdown", "封锁中"),
        "Blocked": ("portal is blocked", "通道禁止通行"), "PersonSuspended": ("person is suspended", "人员已停用"),
        "PersonBarred": ("person is barred", "人员被禁止"), "TenancyNotStarted": ("tenancy has not begun", "租约未开始"),
        "TenancyEnded": ("tenancy has ended", "租约已到期"), "NoTenancy": ("no tenancy on the register", "无登记租约"),
        "EmploymentNotActive": ("employment is not active", "任职期外"),
        "TooManyTries": ("too many wrong tries; wait", "尝试次数过多，请稍候"),
        "FactorMissing": ("a further factor is needed", "缺少验证要素"),
        "ReaderNotTrusted": ("reader is not trusted", "读卡器不可信"),
        "ClockNotTrusted": ("clock is not trusted", "时钟不可信"), "NoDwelling": ("no dwelling on the register", "无登记住房"),
        "FactorsDisagree": ("factors of different people", "要素不属同一人"),
        "UsesExhausted": ("every use is over", "使用次数已用完"), "HostGone": ("the host does not live here", "被访人不在册"),
        "ThreatLevel": ("not at this threat level", "当前警戒级别不允许"), "BarredHere": ("barred from this gate", "此门禁止进入"),
        "OffShift": ("outside the shift", "不在班次内"),
        "FirstPersonMissing": ("nobody who has to be first came yet", "首人未到"),
        "OccupancyFull": ("the area is full", "区域已满"), "PlacesTaken": ("no parking place is left", "车位已满"),
        "Interlocked": ("another portal stands open", "互锁门未关"),
        "SecondPersonMissing": ("a second person is needed", "需要第二人验证"),
        "EscortMissing": ("somebody has to bring them in", "需要陪同"),
        "PolicyTooOld": ("the registry was not confirmed for too long", "名册过期未确认"),
        "SuspendedByGuard": ("suspended by a guard until the office is there", "保安已临时停用，待物业处理"),
        "VisitNotActive": ("not during the visit", "不在访问时段"),
        "noCamera": ("no camera there", "未配置摄像机"), "timeout": ("the camera was too slow", "摄像机超时"),
        "unreachable": ("the camera cannot be reached", "摄像机无法连接"),
        "tlsFailed": ("no secure connection to the camera", "摄像机安全连接失败"),
        "refused": ("the camera refused", "摄像机拒绝请求"),
        "unauthorized": ("the camera did not take user and password", "摄像机用户名或密码不对"),
        "noSuchPath": ("the camera has no picture at that address", "摄像机上没有这个地址"),
        "redirected": ("the camera pointed to another address", "摄像机转到了别的地址"),
        "cameraBusy": ("the camera was busy all the time", "摄像机一直忙"), "truncated": ("the picture was cut off", "图片不完整"),
        "notAPicture": ("not a picture", "返回内容不是图片"), "tooLarge": ("the picture is too large", "图片过大"),
        "empty": ("an empty answer", "返回内容为空"), "diskFull": ("no room for the picture", "存储空间不足"),
        "noProgram": ("ffmpeg is not installed", "没有安装 ffmpeg"),
        "noKey": ("there was no key to seal it with", "没有可用于加密图片的密钥"),
        "notStored": ("the picture could not be written", "图片写入失败"),
        "uplinkAway": ("gatehouse-uplink was away", "上行程序未运行"), "busy": ("too many pictures at once", "抓拍任务过多"),
        "cleartextPassword": ("the camera wants the password in clear", "摄像机要求明文密码"),
    ]

    private static let kinds: [EntryKind: (String, String)] = [
        .decision: ("access", "通行"), .passage: ("passage", "过门"), .exitRequest: ("exit button", "出门按钮"),
        .forced: ("forced open", "强行开门"), .heldOpen: ("held open", "开门超时"), .tailgated: ("tailgating", "尾随"),
        .erasure: ("erasure", "个人信息删除"), .closedAgain: ("closed again", "已关门"),
        .fire: ("fire", "消防"), .posture: ("posture", "通道状态"), .order: ("order", "操作"), .registry: ("registry", "登记变更"),
        .reader: ("reader", "读卡器"), .unreadable: ("unreadable", "无法识读"), .snapshot: ("picture", "抓拍"),
        .delivery: ("alert", "报警推送"), .start: ("start", "启动"), .stop: ("stop", "停止"), .gap: ("gap", "记录缺失"),
        .late: ("late entry", "延迟记录"), .clock: ("clock", "时钟"), .health: ("health", "健康"), .look: ("look", "查阅"),
        .lockout: ("lock-out", "锁定"), .watchlist: ("watchlist", "布控"), .sealed: ("sealed", "密封"),
        .configuration: ("configuration", "配置"), .restored: ("restored", "恢复"),
        .handover: ("hand-over", "移交"), .walkTest: ("walk test", "逐点测试"),
    ]
}
