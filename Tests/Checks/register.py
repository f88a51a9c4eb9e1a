"""A register of thousands: taken in by portions, cut off in the midst, exported in pieces and taken back."""

import base64
import contextlib
import json
import signal
import sqlite3
import threading

from gate import GOOD, check, eventually, running
from room import CONFIGURATION, cards, held_up, releases

PEOPLE = 4000


def files(folder):
    people = "reference,name,role,community,dwelling\n" + "".join(f"L-{one},-居民 {one} {'长' * 75},resident,c,1-101\n" for one in range(PEOPLE))
    cards = "reference,kind,value\n" + "".join(f"L-{one},card,UID34:{1_000_000 + one}\n" for one in range(PEOPLE))
    (folder / "many.csv").write_text(people)
    (folder / "cards.csv").write_text(cards)
    return folder / "many.csv", folder / "cards.csv"


def pending(gate):
    with contextlib.closing(sqlite3.connect(gate.dir / "gatehouse.db", timeout=5)) as connection:
        return connection.execute("SELECT value FROM meta WHERE key = 'pending'").fetchone()


def persons(gate):
    return gate.ask("status")["result"]["registry"]["persons"]


def imported(gate, paths, done):
    done.append(gate.ctl("import", *paths))


def large():
    """An import of 8,000 rows cut by kill -9 leaves nothing; whole, it is one entry; an export of it comes back."""
    with running("large", configuration=CONFIGURATION) as gate:
        paths = files(gate.dir)
        before = persons(gate)
        cards(gate, 8)
        quiet = gate.ask("status")["result"]["release"]["p99_us"]
        done = []
        thread = threading.Thread(target=imported, args=(gate, paths, done))
        thread.start()
        check("large: portions reach the disk before the whole is in force", eventually(lambda: pending(gate) and persons(gate) == before, 60))
        gate.end(signal.SIGKILL)
        thread.join()
        check("large: the import was not confirmed", done[0][0] != 0, done)
        assert gate.start(), gate.log()
        check("large: cut off, nothing of it is in force", persons(gate) == before and not gate.ask("person show", {"reference": "L-7"})["ok"], persons(gate))
        check("large: the journal is whole and no row is damaged", gate.ctl("journal", "verify")[0] == 0 and not gate.has("registryDamaged"))
        check("large: what was cut off is tidied away", eventually(lambda: not pending(gate), 60))

        thread = threading.Thread(target=imported, args=(gate, paths, done))
        thread.start()
        said = len(gate.said)
        while thread.is_alive():
            cards(gate, 1)
        thread.join()
        code, text = done[1]
        loud = gate.ask("status")["result"]["release"]["p99_us"]
        waits = releases(gate, said)
        print(f"      release p99 {quiet} us quiet, {loud} us of {len(waits)} cards during an import: {loud / quiet:.1f} x (at most 2 x is meant)")
        held_up("large", quiet, waits)
        check("large: whole, it is in force", code == 0 and persons(gate) == before + PEOPLE, text[-400:])
        check("large: with one entry", [one["detail"]["rows"] for one in gate.seen(kind="registry")][-1] == 2 * PEOPLE)
        answer = gate.ask("person show", {"reference": "L-7"})
        check("large: its people are found", answer["ok"] and len(answer["result"]["credentials"]) == 1, answer)
        code, text = gate.ctl("import", *paths, "--dry-run")
        check("large: the same again changes nothing", code == 0 and "0 rows would change" in text, text[-300:])
        gate.do(f"card wicket-in H10301:{GOOD}")
        check("large: the gate decides", eventually(lambda: gate.seen(kind="decision", outcome="granted")))

        folder = gate.dir / "export"
        code, text = gate.ctl("export", folder, "--reason", "check")
        size = (folder / "residents.csv").stat().st_size if code == 0 else 0
        check("large: an export of more than a line comes whole", size > 1 << 20 and (folder / "residents.csv").read_text().count("\n") == before + PEOPLE + 1, text, size)
        code, text = gate.ctl("import", *sorted(folder.iterdir()), "--dry-run")
        check("large: and would change nothing", code == 0 and text.splitlines()[-1].startswith("0 rows would change"), text[-300:])
        old = gate.ask("export", {}, "check")
        check("large: a client of 0.2.0 gets a sentence", not old["ok"] and old["error"]["code"] == "tooLarge", old["error"] if "error" in old else "")
        pieces = [one for one in gate.ask("export", {"pieces": True}, "check")["items"]]
        check("large: pieces are bounded", len(pieces) > 6 and all(len(base64.b64decode(one["data"])) <= 1 << 18 for one in pieces))

        # What one way from texts to rows refuses, by the name of the argument.
        for arguments, word in (
            ({"reference": "", "name": "n", "role": "staff"}, "reference"),
            ({"reference": "X", "name": "n" * 300, "role": "staff"}, "name"),
            ({"reference": "X", "name": "a\u202eb", "role": "staff"}, "name"),
            ({"reference": "X", "name": "n", "role": "resident"}, "dwelling"),
            ({"reference": "X", "name": "n", "role": "king"}, "role"),
            ({"reference": "X", "name": "n", "role": "staff", "from": str(2**64 - 1)}, "from"),
            ({"reference": "X", "name": ["n"], "role": "staff"}, "name"),
        ):
            answer = gate.ask("person add", arguments)
            check(f"large: person add refuses {json.dumps(arguments)[:60]}", not answer["ok"] and word in answer["error"]["message"], answer)
        code, text = gate.ctl("credential", "add", "R-1", "--card", "H10031:1-2")
        check("large: a near format is named", code == 1 and 'did you mean \"H10301\"' in text, text)
        code, text = gate.ctl("credential", "add", "R-1", "--card", "W42:7")
        check("large: one that no reader reads is a warning", code == 0 and "no reader of this site reads W42" in text, text)
        tenancy = ["tenancy", "add", "c/1-102", "--tenants", "S-1", "--from", "2020-06-01", "--until", "2021-06-01"]
        code, text = gate.ctl(*tenancy)
        check("large: a tenancy beside another is asked for", code == 1 and "already" in text and "beside" in text, text)
        check("large: and taken when it is meant", gate.ctl(*tenancy, "--beside")[0] == 0)
        code, text = gate.ctl("credential", "change", "1")
        check("large: nothing said is no change", code == 1 and "nothing is said" in text, text)
