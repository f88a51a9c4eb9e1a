"""The register as a property manager uses it, and the questions that are asked of it."""

import datetime
import threading

from gate import NAME, check, eventually, running
import gate as harness

CONFIGURATION = harness.CONFIGURATION.replace("lane-old], factors: [card, plate]}}", "lane-old], factors: [card, plate], from_area: street, to_area: garage}}").replace(
    "fire_input:", "areas:\n  garage: {{parking: true}}\nfire_input:"
)
# The same card within this time is one presentation.
for one in ("family: length-first", "burst: 500 ms", "check: xor"):
    CONFIGURATION = CONFIGURATION.replace(one, f"{one}, repeat_window: 500 ms")


def done(answer):
    assert answer["ok"], answer
    return answer["result"]


def refused(answer, code):
    return not answer["ok"] and answer["error"]["code"] == code


def show(gate, reader, card):
    """Shows the card until there is a decision of now: the same one within seconds is one presentation."""
    before = gate.last()
    eventually(lambda: not gate.is_released("lane"))
    threading.Event().wait(0.6)
    gate.do(f"card {reader} {card}")
    return eventually(lambda: gate.seen(kind="decision", reader=reader, after=before))[-1]


def people():
    """Dwellings, households, visitors, tenancies, vehicles: by command, at the gate, and across a restart."""
    with running("people", configuration=CONFIGURATION) as gate:
        ask = gate.ask
        done(ask("dwelling add", {"dwelling": "c/2-201", "use": "let", "places": "1"}))
        check("people: a dwelling is on the register once", refused(ask("dwelling add", {"dwelling": "c/2-201"}), "exists"))
        check("people: a child needs a guardian", refused(ask("person add", {"reference": "K-1", "name": "kid", "role": "child", "dwelling": "c/1-101"}), "nobodyResponsible"))
        done(ask("person add", {"reference": "K-1", "name": "kid", "role": "child", "dwelling": "c/1-101", "responsible": "R-1", "needs-time": "yes"}))
        done(ask("person add", {"reference": "T-2", "name": "tenant two", "role": "tenant"}))
        done(ask("credential add", {"person": "T-2", "kind": "card", "card": "TEXT:T2"}))
        shown = done(ask("person show", {"reference": "R-1"}))
        check("people: whoever answers for somebody is shown with them", [one["reference"] for one in shown["responsible_for"]] == ["K-1"], shown)

        # A tenancy from its registration to the key on the table.
        check("people: a tenant without a tenancy stays out", show(gate, "lane-old", "TEXT:T2").get("reason") == "NoTenancy")
        tenancy = done(ask("tenancy add", {"dwelling": "c/2-201", "tenants": "T-2", "from": "2026-01-01", "until": "2099-12-31", "landlord": "R-1"}))["id"]
        check("people: with one they come in", show(gate, "lane-old", "TEXT:T2")["outcome"] == "granted")
        check("people: a tenancy that runs is not handed back", refused(ask("tenancy hand-back", {"id": tenancy}), "stillRuns"))
        done(ask("tenancy notice", {"id": tenancy}, "agreed"))
        check("people: notice is its state", done(ask("tenancy show", {"id": tenancy}))["state"] == "notice")
        check("people: an early end needs a reason", refused(ask("tenancy terminate", {"id": tenancy}), "reasonMissing"))
        done(ask("tenancy terminate", {"id": tenancy}, "moved out"))
        check("people: from then on they stay out", show(gate, "lane-old", "TEXT:T2").get("reason") == "TenancyEnded")
        check("people: it cannot be renewed", refused(ask("tenancy renew", {"id": tenancy, "until": "2100-01-01"}), "isTerminated"))
        done(ask("tenancy hand-back", {"id": tenancy}))
        shown = done(ask("tenancy show", {"id": tenancy}))
        check("people: each step is kept, with its time and its entry", shown["state"] == "ended" and len(shown["history"]) == 4 and all(one.get("by_entry") for one in shown["history"]), shown)

        # One parking place for two vehicles.
        done(ask("person add", {"reference": "O-2", "name": "owner two", "role": "resident", "dwelling": "c/2-201"}))
        done(ask("vehicle add", {"plate": "鲁G·12345", "keeper": "O-2"}))
        done(ask("vehicle add", {"plate": "鲁G80001", "keeper": "O-2"}))
        done(ask("credential add", {"person": "O-2", "kind": "card", "card": "EPC:AB12", "vehicle": "鲁G12345"}))
        check("people: a plate is on the register once", refused(ask("vehicle add", {"plate": "鲁g12345", "keeper": "R-1"}), "exists"))
        first = show(gate, "lane-plate", "PLATE:鲁G12345")
        check("people: the first vehicle has the place", first["outcome"] == "granted", first)
        check("people: and takes it", eventually(lambda: gate.seen(kind="passage", outcome="taken", about=first["seq"])))
        check("people: the second has none", show(gate, "lane-plate", "PLATE:鲁G80001").get("reason") == "PlacesTaken")
        near = show(gate, "lane-plate", "PLATE:鲁GB0001")
        check("people: a misread plate names what it is near to, and opens nothing", near.get("reason") == "UnknownCredential" and "near" in str(near), near)
        gate.end()
        assert gate.start()
        areas = {one["area"]: one for one in done(ask("area list"))["areas"]}
        check("people: after a restart the place is taken still", areas["garage"]["vehicles"] == 1, areas)
        done(ask("person forgive-all", {}, "after the drill"))
        check("people: forgiven, it is free", show(gate, "lane-plate", "PLATE:鲁G80001")["outcome"] == "granted")
        done(ask("vehicle remove", {"plate": "鲁G12345"}, "sold"))
        check("people: with a vehicle its tag ends", show(gate, "lane-tag", "EPC:AB12").get("reason") == "UnknownCredential")

        # Levels of threat, and what a command line shows.
        check("people: a threat level needs a reason", refused(ask("threat", {"level": "2"}), "reasonMissing"))
        done(ask("threat", {"level": "2"}, "drill"))
        check("people: it stands in health", gate.has("threatRaised"))
        code, text = gate.ctl("area", "list")
        check("people: and beside the areas", code == 0 and "threat level 2" in text and "garage" in text, text)
        code, text = gate.ctl("dwelling", "show", "c/2-201")
        check("people: a dwelling shows its people, tenancies, vehicles", code == 0 and "O-2" in text and "鲁G80001" in text and "ended" in text, text)
        check("people: no name, plate or card in the log", not any(word in gate.log() for word in ["tenant two", "鲁G", "EPC:AB12", NAME]))
        check("people: the journal is whole", gate.ctl("journal", "verify")[0] == 0)


def questions():
    """Who could, who would, and what a proposal would have changed; and the supervision of rental."""
    with running("questions", configuration=CONFIGURATION) as gate:
        ask = gate.ask
        gate.do("card lane-in EM4100:3887558")
        check("questions: a resident came", eventually(lambda: gate.pulses("lane") == 1))
        gate.do("card lane-old TEXT:NEW")
        check("questions: a stranger came", eventually(lambda: gate.seen(kind="decision", reason="UnknownCredential")))
        before = gate.entries()[-1]["at"][:19]
        code, text = gate.ctl("who-can", "lane-in")
        check("questions: who can", code == 0 and "R-1" in text and "1 can" in text and "tenancy has ended" in text, text)

        # The past is answered by the registry of then.
        harness.eventually(lambda: gate.ask("status")["result"]["time"][:19] > before)
        between = gate.ask("status")["result"]["time"][:19]
        harness.eventually(lambda: gate.ask("status")["result"]["time"][:19] > between)
        done(ask("person change", {"reference": "R-1", "status": "barred"}, reason="threatened the guard"))
        now = done(ask("who-can", {"point": "lane-in"}))
        then = done(ask("who-can", {"point": "lane-in", "when": between}))
        check("questions: as of then he could, now he cannot", (now["can"], then["can"]) == (0, 1), now, then)
        check("questions: a decision of then, too", done(ask("decide", {"as": "R-1", "at": "lane-in", "when": between}))["outcome"] == "granted" and done(ask("decide", {"as": "R-1", "at": "lane-in"}))["reason"] == "PersonBarred")
        done(ask("person change", {"reference": "R-1", "status": "active"}))

        # Yesterday with another register.
        proposal = gate.dir / "proposal.csv"
        proposal.write_text("reference,kind,value,bound,duress,from,until,status\nR-1,card,TEXT:NEW,,,,,\nR-1,card,EM4100:3887558,,,,,stolen\n")
        window = ["--from", "2020-01-01", "--until", "2099-01-01", "--reason", "check"]
        code, text = gate.ctl("replay", proposal, *window)
        check("questions: years of a file about one person are that person's", code == 1 and "72 hours" in text and NAME not in text, text)
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        code, text = gate.ctl("replay", proposal, "--from", today - datetime.timedelta(1), "--until", today + datetime.timedelta(1), "--reason", "check")
        check("questions: a proposal changes two decisions", code == 0 and "2 decisions: 2 would come out otherwise" in text, text)
        check("questions: one each way, with whose they are", "unknown card" in text and "credential is off" in text and text.count(NAME) == 2, text)
        policy = gate.dir / "policy.yaml"
        policy.write_text(gate.configuration.replace("access_points: [wicket-in, wicket-out, lane-in], schedule: always", "access_points: [wicket-in, wicket-out], schedule: always"))
        code, text = gate.ctl("replay", policy, *window)
        check("questions: another policy", code == 0 and "1 would come out otherwise" in text and "not for this gate" in text, text)
        code, text = gate.ctl("replay", policy, *window[:-2])
        check("questions: it needs a reason", code == 1 and "reason" in text, text)
        check("questions: nothing was changed", done(ask("who-can", {"point": "lane-in"}))["can"] == 1)
        policy.write_text("site: {name: x}")
        code, text = gate.ctl("replay", policy, *window)
        check("questions: a bad policy is told with its place", code == 1 and "policy.yaml:1:" in text, text)

        # Rental.
        code, text = gate.ctl("tenancy", "report")
        check("questions: the report counts by dwelling", code == 0 and "not handed back" in text and "c/1-102" in text and "1 tenancy is over" in text, text)
        check("questions: it names nobody", NAME not in text and "T-1" not in text and "Ended" not in text, text)
        code, text = gate.ctl("tenancy", "evidence", "c/1-101", "--from", "2020-01-01", "--until", "2099-01-01", "--reason", "check")
        check("questions: evidence has the bounds of a person's log", code == 1 and "72 hours" in text, text)
        day = between[:10]
        code, text = gate.ctl("tenancy", "evidence", "c/1-101", "--from", day, "--until", f"{day}T23:59", "--reason", "check")
        check("questions: and gives numbers of events alone", code == 0 and text.split()[0].isdigit(), text)
        asked = [one for one in gate.entries() if one["kind"] == "look" and any(word in str(one) for word in ("replay", "who-can", "tenancy"))]
        check("questions: every look is an entry", len(asked) >= 6, asked)


def privacy():
    """A consent taken back, a person erased, a subject's request, and the proof that nothing older is kept."""
    configuration = CONFIGURATION.replace("readers:\n", "readers:\n  face-1: {{protocol: face, port: {dir}/face}}\n", 1).replace(
        "readers: [wicket-in], factors: [card, pin]", "readers: [wicket-in, face-1], factors: [card, pin, face]"
    )
    with running("privacy", configuration=configuration) as gate:
        ask = gate.ask
        check("privacy: the module is heard", eventually(lambda: any(one["name"] == "face-1" and one["link"] == "online" for one in ask("reader list")["result"])))
        done(ask("person add", {"reference": "X-1", "name": "CANARY-GONE", "role": "resident", "dwelling": "c/1-101"}))
        check("privacy: a face is never the only way in", refused(ask("face enrol", {"module": "face-1", "person": "X-1", "consent": "form"}), "noOtherWay"))
        done(ask("credential add", {"person": "X-1", "kind": "card", "card": "TEXT:CANARY-CARD"}))
        check("privacy: a face without consent is refused", refused(ask("credential add", {"person": "X-1", "kind": "face", "module": "face-1", "user": "9"}), "consentMissing"))
        check("privacy: a person is enrolled", eventually(lambda: gate.ctl("face", "enrol", "face-1", "X-1", "--consent", "form 12")[0] == 0))
        shown = done(ask("person report", {"reference": "X-1"}, "request of today"))
        check("privacy: the consent is on the register", [one["basis"] for one in shown["consents"]] == ["form 12"], shown)
        check("privacy: such a report names a request", refused(ask("person report", {"reference": "X-1"}, "curious"), "reasonMissing"))
        code, text = gate.ctl("consent", "withdraw", "X-1", "--reason", "letter")
        check("privacy: a consent is taken back", code == 0 and "still in its module" not in text, text)
        users = done(ask("face users", {"module": "face-1"}))["users"]
        check("privacy: the face is gone from register and module", users == [], users)
        status = done(ask("privacy status"))
        check("privacy: nothing is due", status["face_deletions_due"] == 0 and status["older_than_kept"] == 0, status)

        show(gate, "lane-old", "TEXT:CANARY-CARD")
        check("privacy: the erasure needs a reason", refused(ask("person erase", {"reference": "X-1"}), "reasonMissing"))
        code, text = gate.ctl("person", "erase", "X-1", "--reason", "letter of today")
        check("privacy: a person is erased", code == 0, text)
        check("privacy: the card opens nothing", show(gate, "lane-old", "TEXT:CANARY-CARD").get("reason") == "UnknownCredential")
        check("privacy: nobody is found any more", refused(ask("person show", {"reference": "X-1"}), "unknownPerson"))
        decisions = gate.seen(kind="decision", outcome="granted")
        check("privacy: the entry stays, without the card", decisions and "CANARY" not in str(decisions), decisions)
        check("privacy: the journal is whole, and says what was erased", gate.ctl("journal", "verify")[0] == 0 and done(ask("privacy status"))["erased_values"] > 0)
        gate.end()
        check("privacy: after a restart no row is damaged", gate.start() and not gate.has("registryDamaged"))
        octets = b"".join(path.read_bytes() for path in gate.dir.glob("gatehouse.db*"))
        check("privacy: and no name is on the disk", b"CANARY-GONE" not in octets and b"CANARY-CARD" not in octets)


def lane():
    """One grant, one vehicle: loops and limits on lines of the daemon."""
    loops = "    lane: {{entry_loop: {{line: ENTRY}}, safety_loop: {{line: SAFETY}}, open_limit: {{line: UP}}, closed_limit: {{line: DOWN}}, hold_off: 200 ms, travel_time: 2 s}}\n"
    with running("lane", configuration=CONFIGURATION.replace("    release: {{line: LANE}}\n", "    release: {{line: LANE}}\n" + loops)) as gate:

        def drive():
            for sensor, level in (("entryLoop", "on"), ("safetyLoop", "on"), ("entryLoop", "off"), ("safetyLoop", "off")):
                gate.do(f"loop lane {sensor} {level}")
                threading.Event().wait(0.1)

        def barrier():
            return next(one["barrier"] for one in gate.ask("status")["result"]["portals"] if one["name"] == "lane")

        gate.do("loop lane closedLimit on")
        check("lane: the barrier is down", eventually(lambda: barrier() == "closed"))
        granted = show(gate, "lane-in", "EM4100:3887558")
        check("lane: a grant alone is no passage", granted["outcome"] == "granted" and not gate.seen(kind="passage", outcome="taken"))
        drive()
        check("lane: a vehicle takes it", eventually(lambda: gate.seen(kind="passage", outcome="taken", about=granted["seq"])))
        drive()
        check("lane: the next one tailgates", eventually(lambda: gate.seen(kind="tailgated", portal="lane")))
        gate.do("loop lane closedLimit off")
        check("lane: the barrier moves", eventually(lambda: barrier() == "opening"))
        check("lane: one that reaches no end is a fault", eventually(lambda: ("barrierFault", "lane") in gate.conditions()))
        gate.do("loop lane openLimit on")
        check("lane: and ends when it does", eventually(lambda: barrier() == "open" and not gate.has("barrierFault")))
