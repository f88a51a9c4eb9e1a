package import GatehouseCore

/// Conditions in the language of whoever reads them.
extension Words {
    /// What it is, and what to do.
    package static func condition(_ code: HealthCode, _ language: Language) -> (sentence: String, advice: String) {
        switch language {
        case .english: (code.sentence, code.advice)
        case .chinese: (chineseSentence(code), chineseAdvice(code))
        }
    }

    package static func severity(_ severity: HealthCode.Severity, _ language: Language) -> String {
        guard language == .chinese else { return severity.rawValue.uppercased() }
        return switch severity {
        case .info: "提示"
        case .warning: "注意"
        case .fault: "故障"
        case .alarm: "报警"
        }
    }

    private static func chineseSentence(_ code: HealthCode) -> String {
        switch code {
        case .journalUnavailable: "日志写不进磁盘。门禁照常工作，记录暂存在内存中。"
        case .journalLate: "磁盘太慢，有一次开门没有等到记录写完。"
        case .journalBacklogFull: "磁盘故障时间过长，内存已满，有记录丢失。"
        case .readerOffline: "读卡器没有响应。"
        case .readerInsecure: "读卡器用明文通信：能碰到线路的人就能读卡、发卡号。"
        case .readerTamper: "读卡器报告外壳被打开或被移动。"
        case .readerPower: "读卡器报告供电故障。"
        case .faceEncryption: "人脸模块与配置中的加密设置不一致，模块停用。"
        case .faceTableDiffers: "人脸模块里有登记簿没有的用户，或缺少应有的用户。"
        case .readerSwapped: "这台读卡器的位置上换成了另一台设备。"
        case .readerDowngraded: "有设备冒充这台读卡器：明文、伪造的报文或另一把密钥。对它一律不信。"
        case .readerUnkeyed: "读卡器必须加密，但没有设密钥，暂停使用。"
        case .readerKeyedOnWire: "密钥是在线路上发给读卡器的：当时监听的人能解开它的通信。"
        case .readerGuessed: "有人在这台读卡器上试卡号。它现在多要一项凭证，或放慢刷卡。"
        case .frameOverrun: "读卡器发来的位数超过卡格式，下次启动前都要等线路静止。"
        case .readerBabbling: "读卡器不停地发数据，已被隔离，安静一分钟后恢复。"
        case .readerUnsolicited: "读卡器发来没有请求过的比对结果。"
        case .uplinkAway: "gatehouse-uplink 没有连上：不抓拍、不发提醒。欠下的都不会丢。"
        case .outboxStuck: "接收方不收，提醒在排队。"
        case .clockNotTrusted: "时钟是否准确无法确认（没有对时，或发生跳变），现按最后一次准确的时间往下走。"
        case .portalForced: "门被强行打开。"
        case .portalHeldOpen: "门一直开着没关。"
        case .fire: "消防信号已把门打开，在人工复位之前一直开着。"
        case .registryDamaged: "登记簿有几行校验不过，这些人一律不放行。"
        case .registryFromCopy: "登记簿是从最后一份好的副本读出来的。"
        case .diskNearlyFull: "磁盘快满了。"
        case .linesUnavailable: "GPIO 芯片的线路用不了。"
        case .configurationWrong: "配置文件有错，仍用上一份正确的配置。"
        case .restartNeeded: "配置有改动，重新载入不够，要重启服务。"
        case .withoutKey: "主密钥缺失或不对：谁也不放行。出门和消防照常。"
        case .threatRaised: "已提高警戒级别，部分通行权限暂停。"
        case .faceDeletionDue: "本人已撤回同意，人脸应当已从模块中删除。"
        case .inputFaulty: "输入信号抖动不停，或按住超过五分钟；现在每秒只看一次。"
        case .barrierFault: "道闸没有在规定时间内到位，或两个限位同时动作。"
        case .handedOver: "小区已移交：新单位接收之前，保安只能手动开门、封锁和消防复位。"
        case .registerRestored: "登记簿来自备份：备份之后挂失的卡、终止的租约可能又能开门。"
        }
    }

    private static func chineseAdvice(_ code: HealthCode) -> String {
        switch code {
        case .journalUnavailable, .journalBacklogFull: "检查磁盘（满了、只读、损坏）：df、dmesg。系统每秒重试一次。"
        case .journalLate: "如果再次出现，说明磁盘或存储卡快坏了，请更换。"
        case .readerOffline: "检查读卡器的电源、接线和地址。"
        case .readerInsecure: "换用支持安全通道的读卡器，或保护好线路。"
        case .readerTamper: "请到现场查看读卡器。"
        case .readerPower: "检查读卡器的供电。"
        case .faceEncryption: "gatehousectl log --kind reader 会说明是哪一种；见 docs/operating.md。"
        case .faceTableDiffers: "gatehousectl face users 名称：删除不认识的，重新录入缺少的。"
        case .readerSwapped: "请到现场查看。是自己人换的：gatehousectl reader accept 名称 --reason …；不是就拆掉。"
        case .readerDowngraded: "查看读卡器和线路上有没有外来设备。换过的读卡器要重新给密钥：docs/operating.md。"
        case .readerUnkeyed: "给它密钥：gatehousectl reader install 名称，或用密钥文件；见 docs/operating.md。"
        case .readerKeyedOnWire: "有空时在工作台上设好密钥，再用文件导入；见 docs/operating.md。"
        case .readerGuessed: "请到读卡器那里看看；最后一次试号 15 分钟后自动解除。"
        case .frameOverrun: "这台读卡器不要设 ends_at_length，或写明它发的卡格式。"
        case .readerBabbling: "查看读卡器和线路：gatehousectl reader doctor 名称"
        case .readerUnsolicited: "检查到模块的线路，可能有人在上面发数据。"
        case .uplinkAway: "systemctl status gatehouse-uplink"
        case .outboxStuck: "检查网络和接收方；见 gatehousectl status。"
        case .clockNotTrusted: "检查对时：timedatectl。时钟确实准确时：gatehousectl clock accept --reason …"
        case .portalForced, .portalHeldOpen: "请到现场查看，把门关好。"
        case .fire: "警情解除后：gatehousectl portal fire-reset --reason …"
        case .registryDamaged: "用备份恢复登记簿：gatehousectl restore。"
        case .registryFromCopy: "数据库已损坏，请用备份恢复。"
        case .diskNearlyFull: "清出空间，或调小 snapshots.max_bytes。"
        case .linesUnavailable: "核对配置中的芯片标签和线路名：gpioinfo。"
        case .configurationWrong: "gatehousectl config check 文件，然后 systemctl reload gatehoused"
        case .restartNeeded: "找个空闲的时候：systemctl restart gatehoused"
        case .withoutKey: "放好正确的主密钥（docs/operating.md），然后 systemctl restart gatehoused"
        case .threatRaised: "过去之后：gatehousectl threat 0 --reason …"
        case .faceDeletionDue: "gatehousectl privacy status 会说是谁；然后 gatehousectl consent withdraw 编号"
        case .inputFaulty: "检查门磁或按钮及其接线；安静一分钟或松开后自动恢复。"
        case .barrierFault: "查看道闸和限位开关；travel_time 是走完全程的时间。"
        case .handedOver: "由新单位执行：gatehousectl handover accept --token …"
        case .registerRestored: "把该挂失、该终止的重新做一遍（导入物业最近的名单），然后 gatehousectl policy confirm"
        }
    }
}
