"""Somebody else has the disk in hand while the gate stands still: what they put back or change is named, and opens nothing."""

import shutil
import sqlite3

from gate import Person, check, eventually, running

MANAGER, AUDITOR = Person(4731, "manager"), Person(4732, "auditor")
FILES = ["gatehouse.db", "gatehouse.db-wal", "gatehouse.db.head", "gatehouse.db.registry"]


def keep(gate, folder):
    (gate.dir / folder).mkdir()
    for name in FILES:
        if (gate.dir / name).exists():
            shutil.copy(gate.dir / name, gate.dir / folder / name)


def put(gate, folder, names):
    for name in names:
        (gate.dir / name).unlink(missing_ok=True)
        if (gate.dir / folder / name).exists():
            shutil.copy(gate.dir / folder / name, gate.dir / name)


def run(gate, *statements):
    with sqlite3.connect(gate.dir / "gatehouse.db") as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def settled(gate):
    """Two people settle what was found; one alone does not."""
    first = gate.ask("journal settle", reason="disk looked into", person=MANAGER)
    again = gate.ask("journal settle", reason="disk looked into", person=MANAGER)
    second = gate.ask("journal settle", reason="disk looked into", person=AUDITOR)
    return not first["ok"] and not again["ok"] and second["ok"] and not gate.has("stateRewound")


def whole(gate):
    return gate.ctl("journal", "verify")[0] == 0


def kept():
    """The whole folder of yesterday, with every copy in it: what the uplink keeps elsewhere names it."""
    with running("kept") as gate:
        def decided(text):
            before = gate.last()
            gate.do(f"card lane-old {text}")
            return eventually(lambda: gate.seen(kind="decision", after=before))[-1]

        head = gate.dir / "pictures" / "head"
        gate.start_uplink()
        check("kept: the uplink is there", eventually(lambda: not gate.has("uplinkAway")), gate.log())
        check("kept: it keeps the head", eventually(head.exists))
        gate.end_uplink()
        gate.end()
        keep(gate, "yesterday")
        assert gate.start()
        gate.start_uplink()
        number = next(one["id"] for one in gate.ask("credential list", {"person": "R-1"})["items"] if "4711" in str(one))
        before = head.read_bytes()
        check("kept: the card is blocked", gate.ask("credential change", {"id": number, "status": "stolen"}, "lost in the yard")["ok"])
        check("kept: the head moves with it", eventually(lambda: head.read_bytes() != before))
        gate.end_uplink()
        gate.end()
        seen = head.read_bytes()

        put(gate, "yesterday", FILES)
        assert gate.start()
        check("kept: by itself yesterday's folder is in order", not gate.has("stateRewound"), gate.conditions())
        check("kept: and the stolen card opens", decided("TEXT:4711")["outcome"] == "granted")
        for word in ("block", "normal") * 6:
            assert gate.ask(f"portal {word}", {"portal": "lane"}, "night")["ok"]
        gate.start_uplink()
        check("kept: until the uplink comes: the daemon stops for its next start", eventually(lambda: gate.daemon.poll() is not None, 20), gate.log())
        check("kept: which head it was is in the log", "the head that the uplink kept is not that of this database" in gate.log())
        check("kept: the older database took nothing from the uplink", head.read_bytes() == seen)
        assert gate.start()
        check("kept: the next start names it", gate.has("stateRewound"), gate.conditions())
        found = gate.seen(kind="restored")
        check("kept: once by what was found, once by what was done", found[-1]["outcome"] in ("rewound", "altered"), found)
        found = decided("TEXT:4711")
        check("kept: decisions say that the register is not proven", found["detail"].get("unproved"), found)
        check("kept: the uplink takes the head of the new epoch", eventually(lambda: not gate.has("uplinkAway")) and eventually(lambda: head.read_bytes() != seen), gate.conditions())
        check("kept: the gate stays up", gate.daemon.poll() is None)
        check("kept: a head that is there is no condition", not gate.has("stateUnwitnessed"), gate.conditions())
        gate.end_uplink()
        head.unlink()
        gate.start_uplink()
        check("kept: one that was taken away is missed", eventually(lambda: gate.has("stateUnwitnessed")), gate.conditions())
        check("kept: and given again", eventually(head.exists))
        gate.end_uplink()
        gate.start_uplink()
        check("kept: until it is found there", eventually(lambda: not gate.has("stateUnwitnessed")), gate.conditions())
        check("kept: two people settle it", settled(gate))


def rewound():
    """S5: an older row, the whole database of yesterday, a posture by UPDATE, a cut tail, rows that are gone."""
    with running("rewound") as gate:
        def card(text):
            before = gate.last()
            gate.do(f"card lane-old {text}")
            return eventually(lambda: gate.seen(kind="decision", after=before))[-1]

        def again(*statements):
            gate.end()
            run(gate, *statements)
            assert gate.start(), gate.log()

        check("rewound: a gate that was just made is in order", not gate.has("stateRewound") and not gate.has("stateUnwitnessed"))
        check("rewound: a card of the register opens", card("TEXT:4711")["outcome"] == "granted")
        gate.end()
        keep(gate, "yesterday")
        run(gate, f"ATTACH '{gate.dir}/aside' AS aside", "CREATE TABLE aside.old AS SELECT * FROM registry WHERE to_revision IS NULL")
        assert gate.start()
        check("rewound: after a stop it is in order", not gate.has("stateRewound") and not gate.has("stateUnwitnessed"), gate.conditions())
        number = next(one["id"] for one in gate.ask("credential list", {"person": "R-1"})["items"] if "4711" in str(one))
        check("rewound: the card is blocked", gate.ask("credential change", {"id": number, "status": "stolen"}, "lost in the yard")["ok"])
        check("rewound: and opens no more", card("TEXT:4711")["outcome"] == "denied")
        gate.end()
        keep(gate, "today")

        # The whole database of yesterday, beside the copies of today.
        put(gate, "yesterday", ["gatehouse.db", "gatehouse.db-wal"])
        assert gate.start()
        check("rewound: the database of yesterday is named", gate.has("stateRewound"), gate.conditions())
        code, text = gate.ctl("log", "--kind", "restored")
        check("rewound: in words", code == 0 and "older" in text, text)
        found = gate.seen(kind="restored")[-1]
        check("rewound: with what is missing", found["outcome"] == "rewound" and found["detail"]["missing"] > 0 and "journal" in found["detail"]["tables"], found)
        denied = card("TEXT:4711")
        check("rewound: the blocked card opens nothing", denied["outcome"] == "denied" and denied["detail"].get("unproved"), denied)
        check("rewound: no number is given twice", found["seq"] > max(one["seq"] for one in gate.entries() if one["seq"] < found["seq"]))
        check("rewound: one person settles nothing, two do", settled(gate))
        check("rewound: the journal is whole", whole(gate))
        gate.end()
        assert gate.start()
        check("rewound: settled it stays", not gate.has("stateRewound") and card("TEXT:4711")["outcome"] == "denied")

        # Older octets of one row.
        again(
            f"ATTACH '{gate.dir}/aside' AS aside", f"DELETE FROM registry WHERE kind = 5 AND id = {number}",
            f"INSERT INTO registry SELECT * FROM aside.old WHERE kind = 5 AND id = {number}")
        check("rewound: an older row is named and opens nothing", gate.has("stateRewound") and card("TEXT:4711")["outcome"] == "denied", gate.conditions())
        found = gate.seen(kind="restored")[-1]
        check("rewound: by its table and row", found["outcome"] == "altered" and found["detail"]["tables"] == "registry" and f"credential/{number}" in str(found["detail"]["row"]), found)
        check("rewound: it is put back", settled(gate) and whole(gate))

        # A posture by UPDATE.
        check("rewound: a posture is an entry", gate.ask("portal block", {"portal": "lane"}, "night")["ok"] and gate.ask("portal normal", {"portal": "lane"}, "day")["ok"])
        again("UPDATE journal SET outcome = 'free' WHERE kind = 'posture'")
        postures = {one["name"]: one["posture"] for one in gate.ask("status")["result"]["portals"]}
        check("rewound: no posture comes from a column", postures["lane"] == "secure", postures)
        again("UPDATE standing SET value = CAST('dfree' AS BLOB) WHERE key = 'posture/lane'")
        postures = {one["name"]: one["posture"] for one in gate.ask("status")["result"]["portals"]}
        check("rewound: nor from the row that holds it", postures["lane"] == "secure" and gate.has("stateRewound"), postures)
        settled(gate)

        # The tail is cut; a leaf is written anew with its hash.
        last = gate.last()
        again(f"DELETE FROM journal WHERE seq > {last - 3}")
        check("rewound: a cut tail is named", gate.seen(kind="restored")[-1]["detail"]["missing"] >= 3, gate.seen(kind="restored")[-1])
        settled(gate)
        last = gate.last()
        again(f"UPDATE journal SET leaf = (SELECT leaf FROM journal WHERE seq = {last}), hash = (SELECT hash FROM journal WHERE seq = {last}) WHERE seq = {last - 1}")
        check("rewound: an edited leaf is named", "journal" in gate.seen(kind="restored")[-1]["detail"]["tables"], gate.seen(kind="restored")[-1])
        settled(gate)
        again("DELETE FROM ledger")
        check("rewound: counts that are gone are named", "ledger" in gate.seen(kind="restored")[-1]["detail"]["tables"])
        settled(gate)

        # Copies that are gone, and copies of yesterday.
        gate.end()
        for name in FILES[2:]:
            (gate.dir / name).unlink()
        assert gate.start()
        check("rewound: without its copies it says so, and goes on", gate.has("stateUnwitnessed") and not gate.has("stateRewound") and card("TEXT:4711")["outcome"] == "denied", gate.conditions())
        gate.end()
        put(gate, "yesterday", FILES[2:])
        assert gate.start()
        check("rewound: older copies are no fault", not gate.has("stateRewound") and not gate.has("stateUnwitnessed"), gate.conditions())
        check("rewound: no name in the log", "TEXT:4711" not in gate.log())

        # Another key signs.
        def signed():
            return gate.ask("journal checkpoint")["result"]

        before = signed()
        check("rewound: a head is signed", before.get("note"), before)
        kept = gate.dir / "kept.txt"
        kept.write_text(before["note"])
        rotate = ["journal", "rotate-key", "--config", gate.path, "--key", gate.dir / "key", "--reason", "yearly change"]
        check("rewound: no key is changed under a gate that runs", gate.ctl(*rotate)[0] != 0 and signed()["key"] == before["key"])
        gate.end()
        wrong = gate.dir / "wrong-key"
        wrong.write_bytes(b"9" * 32)
        wrong.chmod(0o600)
        code, text = gate.ctl(*(wrong if word == gate.dir / "key" else word for word in rotate))
        check("rewound: nor under the key of another gate", code == 1 and "master key is not the one" in text, text)
        check("rewound: nor without a reason", gate.ctl(*rotate[:-2])[0] == 2)
        code, text = gate.ctl(*rotate)
        check("rewound: another key is taken", code == 0, text)
        assert gate.start(), gate.log()
        after = signed()
        check("rewound: it signs from here on", after["key"] in text and after["key"] != before["key"] and after["size"] > before["size"], after)
        entry = gate.seen(kind="restored")[-1]
        check("rewound: the entry names both", (entry["outcome"], entry["detail"].get("key"), entry["detail"].get("keyBefore")) == ("rotation", after["key"], before["key"]), entry)
        check("rewound: and the last head of the key before", entry["detail"]["head"].startswith(before["key"].split("+")[0]), entry)
        check("rewound: a head of the key before is held against it", "are those of that check" in gate.ctl("journal", "verify", "--checkpoint", kept, "--key", before["key"])[1])
        check("rewound: nothing is to be settled", not gate.has("stateRewound") and not gate.has("registerRestored"), gate.conditions())
