"""A site is given to another operator: the archive, what damage does to it, and whose orders count when."""

import contextlib
import hashlib
import os
import re
import sqlite3
import subprocess
from pathlib import Path

from gate import GOOD, NAME, Gate, Person, check, eventually, running

PICTURE = b"\xff\xd8\xff\xe0" + os.urandom(50_000) + b"\xff\xd9"
CANARY = "CANARY-WATCH"


def certificate(folder):
    key, cert = folder / "receiver-key.pem", folder / "receiver.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "30", "-subj", "/CN=receiver", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )
    return key, cert


def database(gate):
    return contextlib.closing(sqlite3.connect(gate.dir / "gatehouse.db"))


def give_picture(gate, event):
    """A picture as the uplink would have stored it."""
    day = "2026/11/24"
    path = f"{day}/{event}-lane-0011223344556677.jpg"
    (gate.dir / "pictures" / day).mkdir(parents=True)
    (gate.dir / "pictures" / path).write_bytes(PICTURE)
    with database(gate) as connection, connection:
        connection.execute("DELETE FROM snapshot WHERE event = ?", (event,))
        connection.execute("INSERT INTO snapshot VALUES (?, 'lane', 'stored', ?, ?, x'01', NULL)", (event, path, len(PICTURE)))
        connection.execute("INSERT INTO watch VALUES (?, ?)", (CANARY, CANARY.encode()))
    return path


def field(text, name):
    return next(line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith(name))


def handover():
    """K43, P6: everything goes over, nobody is locked out, and the old operator is out at the stated instant."""
    manager, auditor = Person(4003, "manager"), Person(4004, "auditor")
    with running("handover-old") as old:
        key, cert = certificate(old.dir)
        archive = old.dir / "site.gho"
        old.do(f"card wicket-in H10301:{GOOD}")
        event = eventually(lambda: old.seen(kind="decision", outcome="granted"))[0]["seq"]
        check("handover: a note is kept", old.ask("portal open", {"portal": "lane"}, "parcel for somebody")["ok"])
        old.end()
        path = give_picture(old, event)
        assert old.start(), old.log()

        def export(*words):
            return old.ctl("handover", "export", archive, "--to", cert, "--config", old.path, "--master-key", old.dir / "key", *words)

        code, text = export()
        check("handover: nothing is exported before it is announced", code == 1 and "--at" in text and not archive.exists(), text)
        code, text = export("--at", "2099-01-01")
        check("handover: an announcement needs a reason", code == 1 and "reason" in text, text)
        code, text = export("--at", "2099-01-01T12:00", "--reason", "contract")
        check("handover: announced for a later day", code == 0 and "2099-01-01T12:00" in text and "has not ended yet" in text, text)
        check("handover: until then orders count", old.ask("portal open", {"portal": "lane"}, "still here")["ok"])
        check("handover: the announcement is taken back with a reason", old.ctl("handover", "cancel", "--reason", "they stay")[0] == 0)

        code, text = export("--at", "now", "--reason", "contract ends")
        check("handover: exported, and a second role has to agree", code == 0 and "second role" in text, text)
        token = field(text, "token ")
        check("handover: until then orders count", not old.ask("status")["result"]["handover"]["ended"] and old.ask("portal open", {"portal": "lane"}, "still here", manager)["ok"])
        check("handover: not by who announced it", not old.ask("handover confirm", {}, "me again")["ok"])
        check("handover: an auditor agrees", old.ask("handover confirm", {}, "contract seen", auditor)["ok"])
        check("handover: and it is in force", eventually(lambda: old.ask("status")["result"]["handover"]["ended"]))
        code, text = export()
        check("handover: exported at the instant", code == 0, text)
        signer = field(text, "signed by ").removeprefix("by ")
        root = field(text, "root ")
        size = int(root.split(":")[0])
        check("handover: an archive is for its owner alone", archive.stat().st_mode & 0o777 == 0o600)
        content = archive.read_bytes()
        for word in (NAME, GOOD, CANARY, "parcel for somebody"):
            check(f"handover: {word[:6]}… stands nowhere readable", word.encode() not in content)

        for command, arguments in (("portal open", {"portal": "lane"}), ("person show", {"reference": "R-1"}), ("export", {}), ("handover cancel", {}), ("backup", {"directory": str(old.dir)})):
            answer = old.ask(command, arguments, "not mine any more", manager)
            check(f"handover: after it nobody gives {command}", not answer["ok"] and answer["error"]["code"] == "handedOver", answer)
        night = Person(4005, "guard")
        check("handover: guards open until the new operator is there", old.ask("portal open", {"portal": "lane"}, "ambulance", night)["ok"])
        check("handover: and lock down", old.ask("portal lockdown", {"portal": "wicket"}, "attack", night)["ok"] and not old.ask("portal normal", {"portal": "wicket"}, "over", night)["ok"])
        check("handover: the refusals are entries", eventually(lambda: [one for one in old.ask("log", {"kind": "order", "limit": 50})["items"] if one.get("reason") == "handedOver"]))
        check("handover: its state is seen", old.ask("status")["result"]["handover"]["ended"] and old.has("handedOver"))
        eventually(lambda: not old.is_released("lane"))
        before = old.pulses("lane")
        old.do("card lane-in EM4100:3887558")
        check("handover: and residents come in", eventually(lambda: old.pulses("lane") > before), old.entries()[-4:])
        old.end()
        assert old.start(), old.log()
        check("handover: a restart gives nothing back", not old.ask("portal open", {"portal": "lane"}, "again", manager)["ok"])

        # The receiver, who has nothing of the old operator but a file and a key over the telephone.
        with receiver(old) as new:
            def verify(*words):
                return new.ctl("handover", "verify", archive, *words)

            code, text = verify("--key", key, "--from", signer)
            check("handover: the archive is whole", code == 0 and "The archive is whole." in text and f"root {root}" in text and "1 picture" in text, text)
            listed = new.dir / "to-sign.html"
            code, text = verify("--key", key, "--from", signer, "--list", listed)
            page = listed.read_text()
            digest = hashlib.sha256(Path(archive).read_bytes()).hexdigest()
            check("C26 handover: a list to sign has counts, root, dates and the file's digest", code == 0 and root in page and signer in page and digest in page, text)
            check("C26 handover: in both languages", "Taken over by" in page and "接收人" in page and "<script" not in page, page)
            check("C26 handover: and nothing is written over", verify("--key", key, "--list", listed)[0] == 2)
            check("handover: from outside too", verify("--from", signer)[0] == 0)
            code, text = verify("--key", key, "--from", "00" * 32)
            check("handover: another signer is told", code == 1 and "another key" in text, text)
            damaged(new, archive, key, signer, verify)

            def take(*words):
                return new.ctl("handover", "import", archive, "--key", key, "--from", signer, "--config", new.path, "--master-key", new.dir / "key")

            assert new.start(), new.log()
            code, text = take()
            check("handover: no import under a running daemon", code == 1 and "in use by gatehoused" in text, text)
            new.end()
            usual = Path(new.path).read_text()
            Path(new.path).write_text(re.sub(r"\bwicket(?!-)", "side", usual))
            code, text = take()
            check("handover: taken", code == 0 and "PINs have to be set anew" in text, text)
            check("handover: a portal of another name is told", "the old site has 'wicket'" in text and "'lane'" not in text, text)
            Path(new.path).write_text(usual)
            code, text = take()
            check("handover: and not twice", code == 1 and "empty controller" in text, text)
            check("handover: pictures octet for octet", (new.dir / "pictures" / path).read_bytes() == PICTURE)
            assert new.start(), new.log()
            code, text = new.ctl("journal", "verify", "--against", root)
            check("handover: the journal is whole and its old part has the root", code == 0 and f"first {size} entries are those" in text, text)
            code, text = new.ctl("journal", "verify", "--against", f"{size}:{'0' * 64}")
            check("handover: another root is told", code == 1 and "NOT those" in text, text)
            code, text = new.ctl("journal", "verify", "--against", f"{size + 1000}:{'0' * 64}")
            check("handover: a size past the end is told as such", code == 1 and "fewer entries" in text and f"of {size + 1000}" in text and "NOT whole" not in text, text)
            taken = new.seen(kind="restored", outcome="handover")
            check("handover: an entry says from whom", len(taken) == 1 and taken[0]["detail"]["root"] == root.split(":")[1] and taken[0]["detail"]["key"] == signer, taken)
            check("handover: names came along", any(one.get("name") == NAME for one in new.entries()))
            with database(new) as connection:
                check("handover: the watchlist did not", connection.execute("SELECT count(*) FROM watch").fetchone() == (0,))
            check("handover: its orders count", new.ask("person forgive-all", {}, "first day")["ok"])
            new.do(f"card wicket-in H10301:{GOOD}")
            check("handover: the same card opens", eventually(lambda: new.pulses("wicket") == 1), new.entries()[-4:])

        # Or the same machine.
        for wrong in ("", "AAAA", "A" * 43, token[:-2] + "AA"):
            answer = old.ask("handover accept", {"token": wrong})
            check("handover: a wrong token takes nothing", not answer["ok"] and answer["error"]["code"] in ("wrongToken", "malformed"), answer)
        code, text = old.ctl("handover", "accept", "--token", "-" + "A" * 42)
        check("handover: one that begins with a hyphen is a token too", code == 1 and "token" in text, (code, text))
        code, text = old.ctl("handover", "accept", "--token", token)
        check("handover: the token takes the site", code == 0, text)
        check("handover: once", not old.ask("handover accept", {"token": token})["ok"])
        check("handover: and orders count again", old.ask("portal open", {"portal": "lane"}, "new here")["ok"] and not old.has("handedOver"))
        with database(old) as connection:
            check("handover: the token is not on the disk", token not in "\n".join(connection.iterdump()))
        check("handover: nor in the log", token not in old.log() and NAME not in old.log())
        # The picture was planted, and its row is not the one that the gate wrote.
        text = old.ctl("journal", "verify")[1]
        check("handover: the old journal is whole but for what was planted", text.count("FAULT") == 1 and "the row of its picture is gone" in text, text)


@contextlib.contextmanager
def receiver(old):
    gate = Gate("handover-new")
    (gate.dir / "pictures").mkdir()
    yield gate
    gate.remove()


def damaged(new, archive, key, signer, verify):
    """A flipped bit, an archive that is cut off, a piece that was taken out."""
    whole = archive.read_bytes()
    start = 21 + 4 + int.from_bytes(whole[21:25], "big")
    first = start + 4 + int.from_bytes(whole[start : start + 4], "big")
    cases = {
        "a flipped bit": (whole[: start + 1000] + bytes([whole[start + 1000] ^ 1]) + whole[start + 1001 :], f"piece 0 at offset {start}"),
        "an archive cut off": (whole[: len(whole) - 5000] if len(whole) - 5000 > start else whole[:-1], "cut off here"),
        "a removed piece": (whole[:start] + whole[first:], f"piece 0 at offset {start}"),
        "another head": (whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], "offset"),
        "another end": (whole[:-60] + bytes([whole[-60] ^ 1]) + whole[-59:], "offset"),
    }
    for what, (octets, place) in cases.items():
        archive.write_bytes(octets)
        for words in (("--key", key), ()):
            code, text = verify(*words)
            check(f"handover: {what} is told with its place", code == 1 and place in text, text)
        code, text = new.ctl("handover", "import", archive, "--key", key, "--from", signer, "--config", new.path, "--master-key", new.dir / "key")
        check(f"handover: {what} is not taken", code == 1 and not (new.dir / "gatehouse.db").exists() and not list((new.dir / "pictures").rglob("*.jpg")), text)
    archive.write_bytes(whole)
