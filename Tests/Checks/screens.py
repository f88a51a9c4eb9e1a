"""What people see: each of them at a terminal of 80 columns, in both languages. The screens are kept in Tests/Fixtures/screens;
WRITE_SCREENS=1 keeps them anew, to be read like any other text before they are committed."""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import termios
import unicodedata

from gate import BIN, CONFIGURATION, Person, check, eventually, running

GUARD, MANAGER, INSTALLER, AUDITOR = Person(4731, "guard"), Person(4732, "manager"), Person(4733, "installer"), Person(4734, "auditor")
KEPT = pathlib.Path(__file__).parent.parent / "Fixtures" / "screens"

NAMES = "reference,name,role,community,dwelling\nR-7,李伟,resident,c,1-101\nR-8,李薇,resident,c,1-102\n"
FAULTY = "reference,name,role,community,dwelling,面积\nR-9,王芳,业主,c,9-909,88\nR-9,,业主,c,1-101,88\n"
BROKEN = "site: {name: checks, time_zone: Asia/Beijing}\nreaders:\n  a: {protocol: wiegand, data0: {line: D0}, buad: 9600}\n"

SCREENS = {
    "guard": (GUARD, [
        "find 李",
        "portal open wicket --reason 快递",
        "portal open wickt --reason 快递",
        "portal open wicket",
        "portal free wicket --reason 搬家",
        "log --limit 6 --kind decision",
        "inside",
        "alarm list",
        "alarm ack 99999 --reason 看过",
        "credential suspend H10301:118-1604 --reason 捡到",
        "picture show 1",
        "shift end",
        "portal open --help",
    ]),
    "manager": (MANAGER, [
        "find lw",
        "person show 李伟",
        "person show 李",
        "person add R-10 --name 王芳 --role 业主 --dwelling c/9-909",
        "person add R-10 --name 王芳 --role 业主 --dwelling c/1-102",
        "credential add R-10 --card H10301:388-5490",
        "credential add R-10 --card H10301:118-2044",
        "credential change H10301:118-2044 --status 挂失",
        "credential list --person R-10",
        "credential show H10301:118-2044",
        "credential add R-7 --card H10301:118-2045 --also UID34:2312379265",
        "credential show UID34:2312379265",
        "privacy status",
        "why R-1 --reason 本人来问",
        "tenancy add c/1-102 --tenants R-8 --from 2031-01-01 --until 2030-01-01",
        "tenancy show 1",
        "dwelling show c/1-101",
        "import {dir}/faulty.csv --dry-run",
        "import {dir}/faulty.csv --dry-run --skip-columns",
        "tenancy report",
        "handover cancel --reason 不移交了",
    ]),
    "installer": (INSTALLER, [
        "config check {dir}/broken.yaml",
        "reader list",
        "reader show wicket-out",
        "reader doctor lane-in",
        "reader formats lane-in --reason 新卡",
        "reader text wicket-in HELLO",
        "reader install wicket-out --reason 新装",
        "clock accept",
        "camera test nowhere --reason 试一下",
        "console account list --file {dir}/accounts",
        "console account list --file {dir}/broken.yaml",
        "console account list --file {dir}/none",
    ]),
    "auditor": (AUDITOR, [
        "journal verify --against 999999:ROOT",
        "log --person R-1 --from yesterday --until now",
        "log --person R-1 --from 昨天 --until 现在 --reason 投诉 --limit 3",
        "log --from 随便",
        "watchlist status",
        "person report R-1 --reason 看看",
        "report month 2020-02",
        "persn show R-1",
    ]),
    "next-company": (Person(4735, "manager"), [
        "handover --help",
        "handover verify {dir}/none.gho",
        "handover verify {dir}/many.csv",
        "handover accept --token 1234",
    ]),
}


def width(text):
    return sum(0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def screen(person, gate, words, language):
    """What stands on a terminal of 80 columns after the words."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {"PATH": os.environ["PATH"], "PAGER": "cat", "NO_COLOR": "1", "LANG": {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}[language]}
    command = person.command(BIN / "gatehousectl", *words, *([] if words[0] in ("config", "console") else ["--socket", gate.dir / "admin.sock"]))
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    octets = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        octets += piece
    os.close(master)
    return octets.decode().replace("\r\n", "\n"), process.wait(20)


def masked(text, gate):
    """Without what differs from one run to the next; columns stay where they are."""
    text = text.replace(str(gate.dir), "DIR")
    text = re.sub(r"\d{4}-\d\d-\d\d(?=[ T]\d\d:\d\d)|20(?!20|3[01])\d\d-\d\d-\d\d", "YYYY-MM-DD", text)
    text = re.sub(r"(?<!\d)\d\d-\d\d(?= \d\d:\d\d:\d\d)", "MM-DD", text)
    text = re.sub(r"(?<!\d)\d\d:\d\d:\d\d(\.\d+)?|(?<![\d:])\d\d:\d\d(?!\d)", lambda found: re.sub(r"\d", "0", found[0]), text)
    text = re.sub(r"(?m)^ *\d+ (?=MM-DD)", lambda found: "#".rjust(len(found[0]) - 1) + " ", text)
    text = re.sub(r"(?m)^  +\d+ (?=YYYY-MM-DD)", "  # ", text)
    text = re.sub(r"(\(entry |（记录 |Entry |记录 |entry )\d+", r"\g<1>#", text)
    text = re.sub(r"[0-9A-Za-z+/_-]{43,}=?", "HASH", text)
    text = re.sub(r"upload=[0-9a-f]+", lambda found: "upload=" + "0" * (len(found[0]) - 7), text)
    # Days that have passed.
    text = re.sub(r"(?m)^((?:not handed back|到期未交还) .* )\d+$", r"\1#", text)
    text = re.sub(r"(关联 | of )\d+", r"\1#", text)
    text = re.sub(r"(?m)^( {10,})\d+ · ", r"\1# · ", text)
    # How many attempts a loaded machine took.
    text = re.sub(r"(?m)^\d+ (personal values? beside)", r"# \1", text)
    text = re.sub(r"(日志旁有个人信息 )\d+", r"\1#", text)
    text = re.sub(r"(?m)^\d+ (entr(?:y|ies) of the journal|rows? of where a picture)", r"# \1", text)
    text = re.sub(r"(?m)^(日志 |照片登记 )\d+ 条", r"\1# 条", text)
    # What a reader counted.
    text = re.sub(r"(?m)^ *[a-zA-Z]+ \d+(, [a-zA-Z]+ \d+)*\n", "", text)
    return text


def sites_language():
    """Who says no language is spoken to in the site's; a program hears English unless it asks."""
    with running("language", configuration=CONFIGURATION.replace("name: checks,", "name: checks, language: zh,")) as gate:
        def asked(*words, **environment):
            command = [BIN / "gatehousectl", *words, "--socket", gate.dir / "admin.sock"]
            done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment})
            return done.stdout + done.stderr
        said = asked("portal", "open", "nowhere", "--reason", "x", "--text", LANG="C")
        check("screens: the site's language", said == "已拒绝：没有通道“nowhere”；可用的有：lane、wicket\n", said)
        said = asked("find", "R-1", "--text")
        check("screens: for what is listed too", "住户" in said, said)
        said = asked("portal", "open", "nowhere", "--reason", "x", "--text", LANG="en_US.UTF-8")
        check("screens: unless somebody says another", said.startswith("refused: there is no portal"), said)
        said = asked("portal", "open", "nowhere", "--reason", "x")
        check("screens: and programs hear English", "there is no portal" in said, said)


def screens():
    sites_language()
    for language in ("en", "zh"):
        with running("screens") as gate:
            gate.dir.chmod(0o755)
            for name, text in (("names.csv", NAMES), ("faulty.csv", FAULTY), ("broken.yaml", BROKEN), ("many.csv", NAMES)):
                (gate.dir / name).write_text(text)
                (gate.dir / name).chmod(0o644)
            assert gate.ctl("import", gate.dir / "names.csv")[0] == 0
            added = [BIN / "gatehousectl", "console", "account", "add", "zhang", "--role", "guard", "--shown", "张伟", "--file", gate.dir / "accounts"]
            subprocess.run(added, input="门口的梧桐 opens at seven\n", text=True, stdout=subprocess.DEVNULL, check=True)
            os.chown(gate.dir / "accounts", INSTALLER.uid, INSTALLER.uid)
            online = {"wicket-out", "lane-tag"}
            assert eventually(lambda: {one["name"] for one in gate.ask("reader list")["result"] if one["link"] == "online"} >= online, 30)
            for card in ("118-1604", "118-4711", "118-1603"):
                before = gate.last()
                # A machine that has other work tears the bits of an emulated card apart.
                for _ in range(3):
                    gate.do(f"card wicket-in H10301:{card}")
                    if eventually(lambda: gate.seen(kind="decision", after=before)):
                        break
                assert gate.seen(kind="decision", after=before)
            assert eventually(lambda: gate.seen(kind="passage"))
            for name, (person, commands) in SCREENS.items():
                play(gate, name, person, commands, language)


def play(gate, name, person, commands, language):
    shown = ""
    for command in commands:
        text, code = screen(person, gate, command.format(dir=gate.dir).split(), language)
        shown += f"$ gatehousectl {command.format(dir='DIR')}\n{masked(text, gate)}[{code}]\n\n"
    kept = KEPT / f"{name}.{language}.txt"
    if os.environ.get("WRITE_SCREENS"):
        kept.write_text(shown)
    before, now = kept.read_text().split("\n"), shown.split("\n")
    line = next((at for at, (one, other) in enumerate(zip(before, now)) if one != other), min(len(before), len(now)))
    check(f"screens: {name}, {language}", before == now, f"line {line + 1}:", before[line:line + 3], now[line:line + 3])
    # A sentence folds where the terminal folds it; a table or a page does not.
    wide = [one for one in now if width(one) > 80 and not one.startswith(("$ ", "refused: ", "已拒绝：", "USAGE: ", "用法：", "DIR/"))]
    check(f"screens: {name}, {language}: tables and pages fit 80 columns", not wide, wide)
