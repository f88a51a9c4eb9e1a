"""The room behind the admin socket: what people say there, many at once, late, twice, and while the gate works."""

import collections
import contextlib
import datetime
import json
import os
import pathlib
import pwd
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import gate as harness
from gate import BIN, GOOD, NAME, ROOT, Gate, Person, check, eventually, running

MANAGER, GUARD, VIEWER, INSTALLER, NIGHT = (
    Person(4101, "manager"), Person(4102, "guard"), Person(4103, "viewer"), Person(4104, "installer"), Person(4105, "guard"),
)
# An account that every machine has and nobody uses stands in for that of gatehouse-console.
CONSOLE_ACCOUNT = "games"
CONSOLE = Person(pwd.getpwnam(CONSOLE_ACCOUNT).pw_uid)
# The same card within this time is one presentation.
CONFIGURATION = harness.CONFIGURATION.replace("check: xor", "check: xor, repeat_window: 500 ms")


def refused(answer, *codes):
    return not answer["ok"] and answer["error"]["code"] in codes


def within(what, seconds, limit):
    """Prints a time beside its limit. Only a hang fails: machines of checks are slow and shared."""
    check(f"{what}: {seconds:.2f} s (at most {limit:g} s is meant)", seconds < 5 * limit, seconds)


def timed(call):
    start = time.monotonic()
    answer = call()
    return answer, time.monotonic() - start


# One hostile process: connections of one account that do one thing until the end of its input.
HOSTILE = """
import json, os, select, socket, sys
path, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
def say(command, arguments={}, **more):
    return json.dumps({"v": 1, "id": 1, "command": command, "arguments": arguments, **more}).encode() + b"\\n"
SAID = {
    "garbage": os.urandom(200).replace(b"\\n", b" ") + b"\\n",
    "refused": say("backup", {"directory": "/tmp"}, reason="x"),
    "half": b'{"v":1,"id":1,"command":"por',
    "idle": b"",
    "nested": b"[" * (1 << 20) + b"\\n",
    "upload": say("import chunk", {"file": "a.csv", "data": "QUFB" * 20000}),
    "follow": say("log", {"follow": True, "limit": 5}),
    "long": say("log", {"limit": 20000, "kind": "all"}),
}[kind]
def connected():
    connection = socket.socket(socket.AF_UNIX)
    connection.setblocking(False)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        return None
    return connection
slots = [None] * count
rest = [SAID] * count
rounds = 0
print("up", flush=True)
while True:
    for index in range(count):
        if slots[index] is None:
            slots[index], rest[index] = connected(), SAID
    live = [one for one in slots if one]
    readable, writable, _ = select.select(live + [sys.stdin], [one for one, left in zip(slots, rest) if one and left], [], 0.02)
    if sys.stdin in readable:
        break
    for index, one in enumerate(slots):
        try:
            if one in writable:
                rest[index] = rest[index][one.send(rest[index]):]
                if not rest[index] and kind not in ("half", "idle", "follow"):
                    rest[index] = SAID
                    rounds += 1
            if one in readable and not one.recv(65536):
                raise OSError
        except BlockingIOError:
            pass
        except OSError:
            one.close()
            slots[index] = None
print(rounds, flush=True)
"""


@contextlib.contextmanager
def hostile(gate, plan):
    """64 connections at once; how often they were at it comes back when they are gone."""
    gate.dir.chmod(0o755)
    (gate.dir / "admin.sock").chmod(0o666)
    crowd = []
    for person, kind, count in plan:
        words = person.command(sys.executable, "-c", HOSTILE, gate.dir / "admin.sock", kind, count)
        crowd.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for one in crowd:
        assert one.stdout.readline() == "up\n"
    rounds = []
    yield rounds
    for one in crowd:
        one.stdin.close()
    for one in crowd:
        rounds.append(int(one.stdout.readline() or 0))
        one.wait(20)


def cards(gate, count):
    """Shows the tag of a vehicle; each is decided and opens."""
    for _ in range(count):
        before = gate.pulses("lane")
        gate.do("card lane-old TEXT:4711")
        assert eventually(lambda: gate.pulses("lane") > before, 20), gate.said[-5:]
        eventually(lambda: not gate.is_released("lane"))
        threading.Event().wait(0.55)


def releases(gate, since):
    """Microseconds from the last bit to the release, of each card that was shown since, the shortest first."""
    found = (re.search(r"lane released, (\d+) us after the last bit", line) for line in gate.said[since:])
    return sorted(int(one[1]) for one in found if one)


def held_up(what, quiet, waits):
    """One card that a busy machine holds up is no hang; each second one would be."""
    middle = waits[(len(waits) - 1) // 2]
    check(f"{what}: releases are not held up", middle < 2 * 5 * max(quiet, 20_000), (quiet, waits))


def memory(gate):
    status = pathlib.Path(f"/proc/{gate.daemon.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def flood():
    """64 hostile connections of viewers, guards and installers: the gate decides, people are served, memory stays."""
    with running("flood", configuration=CONFIGURATION) as gate:
        cards(gate, 12)
        quiet = gate.ask("status")["result"]["release"]["p99_us"]
        gate.end()
        assert gate.start(), gate.log()
        before = gate.last()
        said = len(gate.said)
        plan = [(who, kind, 2) for who in (VIEWER, GUARD, INSTALLER) for kind in ("garbage", "refused", "half", "idle", "nested", "upload", "follow", "long")]
        plan.append((VIEWER, "garbage", 16))
        waits = []
        with hostile(gate, plan) as rounds:
            for _ in range(3):
                cards(gate, 4)
                answer, seconds = timed(lambda: gate.ask("portal open", {"portal": "wicket"}, "check", person=NIGHT))
                check("flood: somebody else opens by hand", answer["ok"], answer)
                waits.append(seconds)
                answer = gate.ask("health", person=MANAGER)
                check("flood: and sees how it stands", answer["ok"], answer)
        check("flood: the crowd was at it", sum(rounds) > 100, rounds)
        # A process starts in this time as well.
        within("flood: an opening by hand", max(waits), 1)
        decided = gate.seen(kind="decision", reader="lane-old", after=before)
        check("flood: every card is decided", len(decided) == 12 and all(one["outcome"] == "granted" for one in decided), len(decided))
        loud = gate.ask("status")["result"]["release"]["p99_us"]
        print(f"      release p99 {quiet} us quiet, {loud} us under the crowd: {loud / quiet:.1f} x (at most 2 x is meant)")
        held_up("flood", quiet, releases(gate, said))
        print(f"      resident memory at its most {memory(gate):.0f} MiB")
        check("flood: memory is bounded", memory(gate) < 160, memory(gate))
        refusals = [one for one in gate.entries(after=str(before)) if one.get("outcome") == "refused"]
        check("flood: refusals of one peer are counted together", 0 < len(refusals) < 20, len(refusals))
        check("flood: nothing is missing", gate.ctl("journal", "verify")[0] == 0 and not gate.has("journalGap"))
        check("flood: no name in the log", NAME not in gate.log())


def slow(gate):
    """The gate with a disk whose syncs take as many milliseconds as the file says."""
    library = BIN / "slow-sync.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, ROOT / "Benchmarks/slow-sync.c", "-ldl"], check=True)
    gate.end()
    pause = gate.dir / "pause"
    pause.write_text("0")
    assert gate.start({"LD_PRELOAD": str(library), "SLOW_SYNC_FILE": str(pause)}), gate.log()
    return pause


def stale():
    """P10: what opens dies of age and with its sender; what takes access away is carried out all the same."""
    with running("stale", configuration=CONFIGURATION) as gate:
        pause = slow(gate)
        pause.write_text("9000")
        gate.do("card lane-old TEXT:4711")
        answers = []
        crowd = [
            threading.Thread(target=lambda: answers.append(gate.ask("portal open", {"portal": "wicket"}, "check"))) for _ in range(10)
        ]
        for one in crowd:
            one.start()
        gone = gate.connect()
        gone.sendall(b'{"v":1,"id":1,"command":"portal free","arguments":{"portal":"wicket"},"reason":"gone"}\n')
        gone.close()
        for one in crowd:
            one.join(120)
        pause.write_text("0")
        eventually(lambda: gate.seen(kind="late"))
        check("stale: ten openings on a disk that stands still are refused", len(answers) == 10 and all(refused(one, "storeUnavailable", "expired", "notConfirmed", "busy") for one in answers), [one.get("error", one) for one in answers])
        check("stale: none is carried out when it is back", gate.pulses("wicket") == 0)
        posture = {one["name"]: one["posture"] for one in gate.ask("status")["result"]["portals"]}
        check("stale: an order of somebody who hung up changes nothing", posture["wicket"] == "secure", posture)

        gate.daemon.send_signal(signal.SIGSTOP)
        late = gate.connect()
        late.sendall(b'{"v":1,"id":1,"command":"portal open","arguments":{"portal":"wicket"},"reason":"x"}\n')
        late.close()
        change = gate.connect()
        change.sendall(b'{"v":1,"id":1,"command":"person change","arguments":{"reference":"R-1","status":"barred"},"reason":"safety"}\n')
        change.close()
        gate.daemon.send_signal(signal.SIGCONT)
        check("stale: what takes access away needs no sender", eventually(lambda: gate.ask("person show", {"reference": "R-1"})["result"]["status"] == "barred"))
        check("stale: what opens does", gate.pulses("wicket") == 0)
        answer = gate.ask("portal open", {"portal": "wicket"}, "check")
        check("stale: an opening with its sender there opens", answer["ok"] and eventually(lambda: gate.pulses("wicket") == 1), answer)
        check("stale: the journal is whole", gate.ctl("journal", "verify")[0] == 0)


def fill_journal(gate, cards_shown=30):
    """Many people and some entries: what questions walk through."""
    count = 8000
    residents = "reference,name,role,community,dwelling\n" + "".join(f"M-{n},n{n},staff,,\n" for n in range(count))
    credentials = "reference,kind,value,bound,duress,from,until,status\n" + "".join(f"M-{n},card,H10301:{10 + n // 60000}-{n % 60000},,,,,\n" for n in range(count))
    (gate.dir / "many-residents.csv").write_text(residents)
    (gate.dir / "many-credentials.csv").write_text(credentials)
    code, text = gate.ctl("import", gate.dir / "many-residents.csv", gate.dir / "many-credentials.csv")
    assert code == 0, text
    cards(gate, cards_shown)


def lanes():
    """What takes access away goes before every question, and nobody's question holds up another's opening."""
    with running("lanes", configuration=CONFIGURATION) as gate:
        fill_journal(gate, 5)
        (gate.dir / "backup").mkdir(exist_ok=True)
        number = gate.ask("person show", {"reference": "R-1"})["result"]["credentials"][0]["id"]
        stop = threading.Event()
        answered = collections.defaultdict(list)

        def ask_on(command, arguments, reason):
            while not stop.is_set():
                answered[command].append(gate.ask(command, arguments, reason))

        questions = [
            ("reader search", {"reader": "wicket-out"}, "search"), ("export", {"pieces": True}, "weekly list"), ("journal verify", {}, "audit"),
            ("log", {"kind": "all", "limit": 20000}, "shift"), ("backup", {"directory": str(gate.dir / "backup")}, "weekly"), ("who-can", {"point": "lane-in"}, "audit"),
        ]
        for question in questions:
            asking = [threading.Thread(target=ask_on, args=question, daemon=True) for _ in range(3)]
            stop.clear()
            for one in asking:
                one.start()
            try:
                answer, seconds = timed(lambda: gate.ask("credential change", {"id": number, "status": "stolen"}, "stolen"))
                check(f"lanes: a card is stopped during {question[0]}", answer["ok"], answer)
                within(f"lanes: a card is stopped during {question[0]}", seconds, 1)
                answer, seconds = timed(lambda: gate.ask("portal open", {"portal": "wicket"}, "check"))
                check(f"lanes: a gate is opened during {question[0]}", answer["ok"], answer)
                within(f"lanes: a gate is opened during {question[0]}", seconds, 1)
            finally:
                stop.set()
            answer = gate.ask("credential change", {"id": number, "status": "enabled"}, "found")
            assert answer["ok"], answer
            if question[0] == "reader search":
                # It ends by itself after minutes; the bus is busy until then.
                continue
            for one in asking:
                one.join(60)
            answers = answered[question[0]]
            check(f"lanes: and {question[0]} is answered", any(one["ok"] for one in answers), [one.get("error") for one in answers][:3])


def stops():
    """A stop takes two seconds whatever is connected, followers are told, and the gate works until the end."""
    with running("stops", configuration=CONFIGURATION) as gate:
        followers = []
        for _ in range(24):
            connection = gate.connect()
            connection.sendall(b'{"v":1,"id":1,"command":"log","arguments":{"follow":true,"limit":1}}\n')
            followers.append((connection, connection.makefile("rb")))
        for _, lines in followers:
            assert b"item" in lines.readline()
        _, seconds = timed(lambda: gate.end())
        within("stops: with 24 followers", seconds, 2)
        check("stops: it is clean", gate.daemon.returncode == 0, gate.daemon.returncode)

        def last(lines):
            with contextlib.suppress(OSError):
                return [json.loads(line) for line in lines][-1]
            return {}

        told = [last(lines) for _, lines in followers]
        check("stops: each follower is told", all(one.get("error", {}).get("code") == "stopping" for one in told), [one for one in told if one.get("error", {}).get("code") != "stopping"])
        follower = None
        assert gate.start(), gate.log()
        follower = subprocess.Popen(
            [BIN / "gatehousectl", "log", "--follow", "--limit", "1", "--socket", gate.dir / "admin.sock", "--text"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        heard = []
        threading.Thread(target=lambda: heard.extend(iter(follower.stdout.readline, "")), daemon=True).start()
        assert eventually(lambda: heard)
        gate.end()
        assert gate.start(), gate.log()
        before = len(heard)
        gate.do("card lane-old TEXT:4711")
        check("stops: a follower connects again by itself", eventually(lambda: any("lane" in line for line in heard[before:]), 20), heard[-5:])
        follower.kill()
        check("stops: each stop was clean", [one["outcome"] for one in gate.seen(kind="start")][1:] == ["afterStop"] * 2, gate.seen(kind="start"))


def twice():
    """One database, one process: a second daemon, a restore and an import of a hand-over beside a running one are refused."""
    with running("twice", configuration=CONFIGURATION) as gate:
        second = subprocess.run(
            [BIN / "gatehoused", "--config", gate.path], capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], "STATE_DIRECTORY": str(gate.dir / "state")},
        )
        said = second.stdout + second.stderr
        check("twice: a second daemon does not start", second.returncode != 0 and str(gate.daemon.pid) in said, (second.returncode, said[-400:]))
        check("twice: and says since when the other runs", re.search(r"since \d{4}-\d\d-\d\d", said), said[-400:])
        # Another socket in the configuration, the same database.
        other = gate.dir / "other.yaml"
        other.write_text(gate.configuration.replace("admin.sock", "other.sock").replace("uplink.sock", "other-uplink.sock"))
        second = subprocess.run(
            [BIN / "gatehoused", "--config", other], capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], "STATE_DIRECTORY": str(gate.dir / "state")},
        )
        check("twice: not by another socket either", second.returncode != 0 and str(gate.daemon.pid) in second.stdout + second.stderr, second.stderr[-400:])
        check("twice: the first one works on", gate.ask("portal open", {"portal": "wicket"}, "check")["ok"])
        gate.end(signal.SIGKILL)
        check("twice: after a crash the place is free", gate.start(), gate.log()[-400:])
        check("twice: the journal is whole", gate.ctl("journal", "verify")[0] == 0)


def alarms():
    """An alarm stands until somebody has seen it, and across a restart."""
    with running("alarms", configuration=CONFIGURATION) as gate:
        gate.do("door wicket open")
        check("alarms: a forced door is one", eventually(lambda: gate.has("portalForced")))
        gate.do("door wicket close")
        eventually(lambda: not gate.has("portalForced"))

        def listed():
            return {(one["code"], one["subject"]): one for one in gate.ask("alarm list", person=GUARD)["result"]["alarms"]}

        found = eventually(lambda: listed().get(("portalForced", "wicket")))
        check("alarms: closed, it is listed still", found and found["state"] == "ended" and not found.get("acknowledged"), listed())
        answer = gate.ask("alarm ack", {"alarm": found["alarm"]}, "the wind", person=VIEWER)
        check("alarms: who only looks acknowledges nothing", refused(answer, "notAllowed"), answer)
        gate.end()
        assert gate.start(), gate.log()
        check("alarms: it stands after a restart", ("portalForced", "wicket") in listed(), listed())
        answer = gate.ask("alarm ack", {"alarm": found["alarm"]}, "the wind", person=GUARD)
        check("alarms: a guard acknowledges it with a note", answer["ok"], answer)
        check("alarms: and it is gone", ("portalForced", "wicket") not in listed(), listed())
        entry = [one for one in gate.entries() if one.get("outcome") == "acknowledged"][-1]
        check("alarms: by whom and why stands in the journal", "uid 4102" in entry["actor"] and "the wind" in str(entry), entry)
        answer = gate.ask("alarm ack", {"alarm": found["alarm"]}, "again", person=GUARD)
        check("alarms: once", refused(answer, "unknownAlarm"), answer)


def console():
    """Who signed in at the page asks through its account, and nobody else asks for others."""
    configuration = CONFIGURATION + f"console: {{{{account: {CONSOLE_ACCOUNT}}}}}\n"

    def say(command, arguments={}, reason=None, name=None, role=None, account=CONSOLE):
        request = {"v": 1, "id": 1, "command": command, "arguments": arguments}
        request |= {"reason": reason} if reason else {}
        request |= {"as": name} if name else {}
        return gate.ask_as(account, request | ({"role": role} if role else {}))

    with running("console", configuration=configuration) as gate:
        answer = say("portal open", {"portal": "lane"}, "parcel", "zhang.wei", "guard")
        check("console: a guard who signed in opens", answer["ok"], answer)
        entry = [one for one in gate.entries(kind="order") if one["outcome"] == "done"][-1]
        check("console: in clear the entry has the account and a mark", re.fullmatch(f"uid {CONSOLE.uid} for [0-9a-f]{{12}} \\(guard\\)", entry["actor"]), entry)
        check("console: and the name of who signed in", entry["personal"]["account"] == "zhang.wei", entry)
        check("console: a guard frees nothing", refused(say("portal free", {"portal": "lane"}, "x", "zhang.wei", "guard"), "notAllowed"))
        check("console: a manager does", say("portal free", {"portal": "lane"}, "moving", "li.na", "manager")["ok"])
        check("console: and ends it", say("portal normal", {"portal": "lane"}, "moved", "li.na", "manager")["ok"])
        for role in ("auditor", "installer"):
            check(f"console: no {role} signs in there", refused(say("status", name="li.na", role=role), "roleNotAtConsole"))
        check("console: in its own name it looks", say("status")["ok"] and say("health")["ok"])
        check("console: and opens nothing", refused(say("portal open", {"portal": "lane"}, "x"), "notAllowed"))
        grouped = Person(CONSOLE.uid, "manager", "guard")
        check("console: whatever groups it is in", refused(say("portal open", {"portal": "lane"}, "x", account=grouped), "notAllowed"))
        for who in (MANAGER, GUARD):
            answer = say("status", name="zhang.wei", role="guard", account=who)
            check(f"console: {who.uid} asks for nobody else", refused(answer, "asNotAllowed"), answer)
        answer = gate.ask_as(Person(0), {"v": 1, "id": 1, "command": "status", "as": "zhang.wei", "role": "guard"})
        check("console: nor does root", refused(answer, "asNotAllowed"), answer)
        check("console: half a person is refused", refused(say("status", name="zhang.wei"), "malformed"))
        for name in ("zhang wei", "a\u202eb", "x" * 65, "a\n"):
            check(f"console: {name!r} is no name", refused(say("status", name=name, role="guard"), "malformed"))

        gate.do("card lane-old TEXT:4711")
        gate.do("card lane-old TEXT:9999")
        check("console: the figures count what was decided", eventually(lambda: [one["count"] for one in say("metrics")["result"]["decisions"]] == [1, 1]), say("metrics"))
        figures = say("metrics")["result"]
        check("console: and how long who was let in has waited", figures["release"]["count"] == 1 and figures["release"]["sum_us"] > 0, figures)
        check("console: nothing waits for the disk", eventually(lambda: say("metrics")["result"]["waiting"]["entries"] == 0))
        _, text = gate.ctl("metrics")
        check("console: as text too", "gatehouse_decisions_total{outcome=\"denied\"} 1\n" in text and NAME not in text, text)

        # One person's flood of lines that wait: others and the account itself are served beside it.
        flood = "".join(
            json.dumps({"v": 1, "id": n, "command": "status", "as": "mallory", "role": "guard"}) + "\n" for n in range(600)
        )
        script = "import socket, sys\nc = socket.socket(socket.AF_UNIX)\nc.connect(sys.argv[1])\nc.sendall(sys.stdin.read().encode())\nprint(sum(1 for n, line in zip(range(600), c.makefile()) if '\"busy\"' in line))"
        asked = subprocess.run(CONSOLE.command(sys.executable, "-c", script, gate.dir / "admin.sock"), input=flood, capture_output=True, text=True)
        check("console: who floods is told that it is too much", int(asked.stdout) > 0, asked)
        answer, seconds = timed(lambda: say("portal open", {"portal": "lane"}, "parcel", "zhang.wei", "guard"))
        check("console: and another opens", answer["ok"], answer)
        within("console: another opens meanwhile", seconds, 1)
        check("console: no name stands in the log", not any(name in gate.log() for name in ("zhang.wei", "li.na", "mallory")))
        check("console: the journal is whole", gate.ask("journal verify", reason="check")["ok"])


def doors():
    """Each way to one person's entries asks for the same."""
    with running("doors", configuration=CONFIGURATION) as gate:
        gate.do("card lane-old TEXT:4711")
        number = eventually(lambda: gate.seen(kind="decision"))[0]["credential"]
        ways = {
            "log by person": ("log", {"person": "R-1"}), "log by credential": ("log", {"credential": number}),
            "a report": ("person report", {"reference": "R-1"}),
        }
        for way, (command, arguments) in ways.items():
            answer = gate.ask(command, arguments, person=GUARD)
            check(f"doors: {way} without a reason is refused to a guard", refused(answer, "reasonMissing", "notAllowed"), answer)
            for who in (VIEWER, INSTALLER):
                answer = gate.ask(command, arguments, "curious", person=who)
                check(f"doors: {way} is nothing for {who.uid}", refused(answer, "notAllowed"), answer)
            answer = gate.ask(command, {**arguments, "from": "2020-01-01"} if command == "log" else arguments, "curious", person=GUARD)
            check(f"doors: {way} goes back no further than days for a guard", not answer["ok"] or all(one.get("at", "9") > "2020" for one in answer["items"]), answer)
        answer = gate.ask("log", {"credential": number}, "lost keys", person=MANAGER)
        check("doors: a manager says which days", refused(answer, "windowMissing"), answer)
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        days = {"from": str(today - datetime.timedelta(1)), "until": str(today + datetime.timedelta(1))}
        answer = gate.ask("log", {"credential": number, **days, "from": str(today - datetime.timedelta(9))}, "lost keys", person=MANAGER)
        check("doors: and no more than three", not answer["ok"] and not answer["items"], answer)
        answer = gate.ask("log", {"credential": number, **days}, "lost keys", person=MANAGER)
        check("doors: a manager with a reason reads them", answer["ok"] and answer["items"], answer)
        fresh = [one for one in gate.entries() if one["kind"] == "look" and "uid 4101" in one["actor"]]
        check("doors: and the look names whose", len(fresh) == 1 and fresh[0].get("person") is not None, fresh)
        report = gate.ask("person report", {"reference": "R-1"}, "request:the person", person=MANAGER)
        check("doors: it stands in that person's own report", report["ok"] and "uid 4101" in json.dumps(report), report.get("error"))
        words = [BIN / "gatehousectl", "log", "--json", "--kind", "all", "--limit", "3", "--socket", gate.dir / "admin.sock"]
        lines = subprocess.run(words, capture_output=True, text=True).stdout.splitlines()
        check("doors: a pipe behind log --json sees entries alone", len(lines) == 3 and all(json.loads(line)["seq"] > 0 for line in lines), lines)
