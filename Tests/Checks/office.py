"""Files as property offices have them, taken by the real daemon."""

import base64
import os
import pty
import subprocess

from gate import BIN, NAME, Person, check, eventually, running

PEOPLE = "编号,姓名,角色,小区,房号,,\r\nＲ－７,钱七,业主,c,１－１０１,,\r\nR-7,钱七,业主,c,1-101,,\r\n,,,,,,\r\n"
CARDS = "编号;卡号;有效期至\nR-7;H10301:118-7007;2099年3月1日\n"


def offices():
    """Encodings, full-width digits, doubled lines, a connection that breaks, what is not named any more."""
    with running("office") as gate:
        (gate.dir / "people.csv").write_bytes(PEOPLE.encode("gb18030"))
        (gate.dir / "cards.csv").write_bytes(CARDS.encode("utf-16"))
        files = gate.dir / "people.csv", gate.dir / "cards.csv"
        code, text = gate.ctl("import", *files, "--dry-run")
        check("import: a dry run says what would be added", code == 0 and "add person R-7" in text and "the same again: person R-7" in text and "2 rows would change" in text, text)
        code, text = gate.ctl("import", *files)
        check("import: GB18030 and UTF-16 are read", code == 0 and "2 added" in text and "1 line stood there twice" in text, text)
        code, text = gate.ctl("import", *files)
        check("import: the second time nothing changes", code == 0 and "0 rows changed" in text, text)
        gate.do("card wicket-in H10301:118-7007")
        check("import: the card opens", eventually(lambda: gate.pulses("wicket") == 1), gate.entries()[-3:])
        check("import: the person is known by their name", gate.ask("person show", {"reference": "R-7"})["result"]["name"] == "钱七")

        # A connection that breaks after the first piece.
        content = "reference,name,role\nS-8,Staff eight,staff\n".encode()
        pieces = [(0, content[:20]), (0, content[:20]), (20, content[20:])]

        def send(offset, data):
            return gate.ask("import chunk", {"file": "s.csv", "upload": "u1", "offset": offset, "data": base64.b64encode(data).decode()})

        sizes = [send(*piece)["result"]["size"] for piece in pieces]
        check("import: pieces go on over connections, and none counts twice", sizes == [20, 20, len(content)], sizes)
        answer = send(1000, b"x")
        check("import: a piece behind a hole is refused", not answer["ok"] and answer["error"]["code"] == "offsetUnknown", answer)
        check("import: and the whole is taken", gate.ask("import", {"upload": "u1"})["result"]["added"] == 1)
        check("import: once", not gate.ask("import", {"upload": "u1"})["ok"])

        gone = gate.ask("person show", {"reference": "S-8"})["result"]["id"]

        (gate.dir / "all.json").write_text('{"residents": [{"reference": "R-7", "name": "钱七", "role": "resident", "community": "c", "dwelling": "1-101"}]}')
        code, text = gate.ctl("import", gate.dir / "all.json", "--ends", "--dry-run")
        check("import: what no line names would end", code == 0 and "end person R-1" in text and "end person S-8" in text and "0 added" in text, text)
        code, text = gate.ctl("import", gate.dir / "all.json", "--ends")
        check("import: and ends", code == 0 and "0 added, 0 changed" in text, text)
        gate.do("card wicket-in H10301:118-1603")
        check("import: whose cards open nothing then", eventually(lambda: gate.seen(kind="decision", reason="UnknownCredential")), gate.entries()[-3:])
        (gate.dir / "next.csv").write_text("reference,name,role\nS-9,Staff nine,staff\n")
        code, text = gate.ctl("import", gate.dir / "next.csv")
        new = gate.ask("person show", {"reference": "S-9"})["result"]["id"]
        check("import: nobody gets the number of somebody who is gone", code == 0 and new > gone, (gone, new))
        columns(gate)
        pins(gate)
        (gate.dir / "bad.json").write_text('{"residents": [{"reference": "R-9", "name": "x", "role": "king"}]}')
        code, text = gate.ctl("import", gate.dir / "bad.json")
        check("import: JSON is refused with its path", code == 1 and "bad.json: residents[0].role" in text, text)
        check("import: no name in the log", "钱七" not in gate.log() and NAME not in gate.log())


def columns(gate):
    """What an office wrote beside what is asked for."""
    (gate.dir / "wide.csv").write_text("登记表\n序号,编号,姓 名,身份,联系电话,朝向,称呼\n1,S-10,孙三,员工,13800138000,南,老孙\n合计,1,,,,,\n")
    (gate.dir / "names.txt").write_text("称呼 = note\n朝向 =\n")
    code, text = gate.ctl("import", gate.dir / "wide.csv")
    check("import: unknown columns are all named", code == 1 and 'F (6) "朝向", G (7) "称呼"' in text, text)
    code, text = gate.ctl("import", gate.dir / "wide.csv", "--skip-column", "朝向", "--skip-column", "G", "--dry-run", "--errors-only")
    check("import: and passed over where somebody says so", code == 0 and "1 added" in text and "add person" not in text and ":4: passed over" in text, text)
    code, text = gate.ctl("import", gate.dir / "wide.csv", "--columns", gate.dir / "names.txt", "--summary")
    check("import: or explained by a file", code == 0 and "1 added" in text, text)
    shown = gate.ask("person show", {"reference": "S-10"})["result"]
    check("import: a telephone number and a note have a place", (shown["phone"], shown["note"]) == ("13800138000", "老孙"), shown)
    octets = b"".join(path.read_bytes() for path in (gate.dir / "state").rglob("*") if path.is_file())
    check("import: which nobody reads on the disk", b"13800138000" not in octets and "老孙".encode() not in octets)


def pins(gate):
    """A PIN comes through a pipe of another user, and from a terminal that does not show it."""
    manager = Person(4712, "manager")
    gate.dir.chmod(0o755)
    words = manager.command(BIN / "gatehousectl", "credential", "add", "S-10", "--pin-from", "-", "--bound", "--socket", gate.dir / "admin.sock", "--text")
    piped = subprocess.run(words, input="739104\n", capture_output=True, text=True)
    check("pin: a pipe that belongs to another user is read", piped.returncode == 0, piped.stderr)
    master, slave = pty.openpty()
    asked = subprocess.Popen(words, stdin=slave, stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    shown = b""
    for prompt in (b"PIN: ", b"once more: "):
        while prompt not in shown:
            shown += os.read(master, 100)
        os.write(master, b"640193\n")
    check("pin: a terminal asks for it twice", asked.wait(20) == 0, shown)
    check("pin: and shows nothing of it", b"6401" not in shown and b"6401" not in os.read(master, 100), shown)
    os.close(master)
