"""Witnesses around a gate: who is away, who is killed, and what a gate that was put back, forked or cut meets there."""

import json
import random
import signal
import shutil
import socket
import subprocess
import threading
import time

from evidence import FILES, keep, run
from gate import BIN, CONFIGURATION, Gate, check, eventually

EVERYTHING = [*FILES, "gatehouse.db.checkpoint"]
NAMES = ["committee", "street", "next"]


class Neighbour:
    """A witness as its owner starts it."""

    def __init__(self, gate, name):
        self.name, self.gate = name, gate
        self.dir = gate.dir / f"witness-{name}"
        self.dir.mkdir()
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        made = subprocess.run(
            [BIN / "gatehouse-witness", "key", "make", "--name", f"{name}.example/w", "--file", self.dir / "key", "--state", self.dir / "state"],
            capture_output=True, text=True, check=True,
        )
        self.key = made.stdout.strip()
        self.logs = []

    def start(self):
        (self.dir / "logs").write_text("".join(f"{log}\n" for log in self.logs))
        log = (self.dir / "log").open("ab")
        self.process = subprocess.Popen(
            [BIN / "gatehouse-witness", "run", "--key", self.dir / "key", "--state", self.dir / "state", "--logs", self.dir / "logs",
             "--listen", f"127.0.0.1:{self.port}"], stderr=log,
        )
        return eventually(self.answers)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def shows(self):
        done = subprocess.run(
            [BIN / "gatehouse-witness", "show", "--key", self.dir / "key", "--state", self.dir / "state"],
            capture_output=True, text=True,
        )
        return done.returncode, done.stdout + done.stderr


def checkpoint(gate, **arguments):
    return gate.ask("journal checkpoint", arguments).get("result", {})


def grow(gate):
    for word in ("block", "normal"):
        assert gate.ask(f"portal {word}", {"portal": "lane"}, "night")["ok"]


def signed(gate, names=NAMES):
    """The head over all that there is now has the lines of all these."""
    size = checkpoint(gate)["size"]

    def by_all():
        found = checkpoint(gate, witnessed="true")
        return found.get("size", 0) >= size and set(names) <= set(found["witnesses"])

    return eventually(by_all, 30)


def accused(gate):
    return {subject for code, subject in gate.conditions() if code == "witnessDisagrees"}


def put(gate, folder):
    for name in EVERYTHING:
        (gate.dir / name).unlink(missing_ok=True)
        if (gate.dir / folder / name).exists():
            shutil.copy(gate.dir / folder / name, gate.dir / name)
    shutil.copy(gate.dir / folder / "kept", gate.dir / "pictures" / "head")


def keep_all(gate, folder):
    keep(gate, folder)
    shutil.copy(gate.dir / "gatehouse.db.checkpoint", gate.dir / folder)
    shutil.copy(gate.dir / "pictures" / "head", gate.dir / folder / "kept")


def stop(gate):
    gate.end_uplink()
    gate.end()


def begin(gate):
    assert gate.start(), gate.log()
    gate.start_uplink()


def witnessed():
    gate = Gate("witnessed", CONFIGURATION + "\nwitnesses: {{policy: {dir}/policy, timeout: 2 s}}\n")
    neighbours = [Neighbour(gate, name) for name in NAMES]
    lines = [f"witness {one.name} {one.key} http://127.0.0.1:{one.port}" for one in neighbours]
    (gate.dir / "policy").write_text("\n".join([*lines, f"group all 2 {' '.join(NAMES)}", "quorum all", ""]))
    try:
        around(gate, neighbours)
    finally:
        for one in neighbours:
            one.process.kill()
    gate.remove()


def around(gate, neighbours):
    assert gate.start(), gate.log()
    assert gate.fill()[0] == 0, gate.log()
    key = checkpoint(gate)["key"]
    for one in neighbours:
        one.logs = [key]
        assert one.start(), (one.dir / "log").read_text()
    gate.start_uplink()
    check("witnessed: all three sign the head", signed(gate), (gate.dir / "uplink.log").read_text())
    slowest = 0
    for _ in range(10):
        grow(gate)
        size, since = checkpoint(gate)["size"], time.monotonic()
        while len(checkpoint(gate, witnessed="true").get("witnesses", [])) < 3 or checkpoint(gate, witnessed="true")["size"] < size:
            assert time.monotonic() - since < 30
        slowest = max(slowest, time.monotonic() - since)
    check(f"witnessed: a head has three lines after {slowest:.2f} s at most (1 s meant)", slowest < 5)
    code, text = gate.ctl("journal", "checkpoint", "--witnessed")
    check("witnessed: it is given out with them", code == 0 and text.count("\u2014") == 4 and "enough by the policy" in text, text)

    dice = random.Random(4711)
    for _ in range(12):
        one = dice.choice(neighbours)
        one.kill()
        grow(gate)
        checkpoint(gate)
        assert one.start(), (one.dir / "log").read_text()
        grow(gate)
        checkpoint(gate)
    check("witnessed: whoever was killed signs again", signed(gate), (gate.dir / "uplink.log").read_text())
    check("witnessed: and nobody is accused", not accused(gate), gate.conditions())
    neighbours[0].kill()
    grow(gate)
    check("witnessed: two of three are enough", signed(gate, NAMES[1:]) and not gate.has("journalUnwitnessed"))
    check("witnessed: the gate goes on without waiting", gate.ask("portal open", {"portal": "lane"}, "guest")["ok"])
    assert neighbours[0].start()
    check("witnessed: the third comes back", signed(gate))

    # Put back with every copy that there is in the house.
    stop(gate)
    keep_all(gate, "yesterday")
    begin(gate)
    grow(gate)
    signed(gate)
    stop(gate)
    keep_all(gate, "today")
    put(gate, "yesterday")
    begin(gate)
    check("witnessed: a gate that was put back knows nothing of it", not gate.has("stateRewound") and not gate.has("checkpointRefused"))
    check("witnessed: and all three name it at once", eventually(lambda: accused(gate) == set(NAMES)), gate.conditions())
    for _ in range(4):
        grow(gate)
    size = checkpoint(gate)["size"]
    check("witnessed: nor do they sign when it has grown past them", eventually(lambda: "what it has seen is no part of it" in (gate.dir / "uplink.log").read_text(), 90))
    check("witnessed: no head of this history is witnessed", checkpoint(gate, witnessed="true").get("size", 0) < size and accused(gate) == set(NAMES))
    shown = [one.shows() for one in neighbours]
    check("witnessed: each shows what it refused", all(code == 1 for code, _ in shown), shown)
    check("witnessed: it is an entry", any("witnessDisagrees" in str(one) for one in gate.entries()))
    stop(gate)
    put(gate, "today")
    begin(gate)
    grow(gate)
    check("witnessed: the right database is signed again", signed(gate), (gate.dir / "uplink.log").read_text())
    check("witnessed: and the accusation ends", eventually(lambda: not accused(gate)), gate.conditions())

    # The tail is cut: the gate itself begins another journal, which each witness has to take on.
    last = gate.last()
    stop(gate)
    run(gate, f"DELETE FROM journal WHERE seq > {last - 3}")
    begin(gate)
    check("witnessed: a cut tail is another journal", gate.has("stateRewound") and checkpoint(gate)["key"] != key)
    check("witnessed: whose name nobody knows yet", eventually(lambda: "it answers 404" in (gate.dir / "uplink.log").read_text()))
    for one in neighbours:
        one.kill()
        one.logs.append(checkpoint(gate)["key"])
        assert one.start()
    check("witnessed: until they take it on", signed(gate), (gate.dir / "uplink.log").read_text())
    check("witnessed: what they hold is one history each", all(one.process.poll() is None for one in neighbours))

    # A policy is read again with the configuration, and named where it is wrong.
    policy = gate.dir / "policy"
    right = policy.read_text()
    policy.write_text("quorum nobody\n")
    gate.daemon.send_signal(signal.SIGHUP)
    check("witnessed: a wrong policy is named at a reload", eventually(lambda: gate.has("journalUnwitnessed")), gate.conditions())
    policy.write_text(right)
    gate.daemon.send_signal(signal.SIGHUP)
    check("witnessed: put right it is no condition", eventually(lambda: not gate.has("journalUnwitnessed")) and not gate.has("restartNeeded"), gate.conditions())
    policy.write_text(right + "# and a remark\n")
    gate.daemon.send_signal(signal.SIGHUP)
    check("witnessed: another one needs a restart", eventually(lambda: gate.has("restartNeeded")), gate.conditions())


def flooding(gate, line, stop):
    """An uplink that says the same for ever, and comes again whenever it is sent away."""
    hello = json.dumps({"v": 1, "type": "hello", "version": "x"}).encode() + b"\n"
    while not stop.is_set():
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(gate.dir / "uplink.sock"))
                connection.sendall(hello)
                while not stop.is_set():
                    connection.sendall(line() * 40)
                    stop.wait(0.01)
        except OSError:
            stop.wait(0.05)


def hostile():
    """Whoever speaks as the uplink keeps no gate from opening and fills no journal."""
    gate = Gate("hostile", CONFIGURATION + "\nwitnesses: {{policy: {dir}/policy, timeout: 2 s}}\n")
    one = Neighbour(gate, NAMES[0])
    (gate.dir / "policy").write_text(f"witness {one.name} {one.key} http://127.0.0.1:{one.port}\nquorum {one.name}\n")
    assert gate.start(), gate.log()
    assert gate.fill()[0] == 0, gate.log()
    key = checkpoint(gate)["key"]
    one.logs = [key]
    assert one.start()
    gate.start_uplink()
    check("hostile: the head is signed", signed(gate, NAMES[:1]))
    gate.end_uplink()
    found = checkpoint(gate, witnessed="true")
    good = found["note"].rstrip("\n").split("\n")[-1]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(gate.dir / "uplink.sock"))
        connection.settimeout(2.5)
        said_by_gate = connection.makefile("rb")

        def heads(word):
            connection.sendall(json.dumps({"v": 1, **word}).encode() + b"\n")
            grow(gate)
            found = []
            try:
                while True:
                    found.append(json.loads(said_by_gate.readline())["type"])
            except OSError:
                return found.count("keep")

        check("hostile: no newer head is given before the kept one is said", heads({"type": "hello", "version": "x"}) == 0)
        said_by_gate = connection.makefile("rb")
        check("hostile: and then it is", heads({"type": "kept", "head": ""}) > 0)
    turns = iter(range(1 << 60))

    def said(**words):
        return json.dumps({"v": 1, **words}, ensure_ascii=False).encode() + b"\n"

    floods = {
        "good lines": lambda: said(type="cosigned", witness=one.name, size=found["size"], line=good),
        "spoilt lines": lambda: said(type="cosigned", witness=one.name, size=found["size"], line=good[:-8] + "AAAAAA=="),
        "accusations": lambda: said(type="witness", witness=one.name, standing="disagrees" if next(turns) % 2 else "agrees", seen=9),
        "proofs": lambda: said(type="prove", old=1, new=found["size"]),
        "heads": lambda: said(type="kept", head="AAAA"),
    }
    for what, line in floods.items():
        stop, before = threading.Event(), gate.last()
        thread = threading.Thread(target=flooding, args=(gate, line, stop))
        thread.start()
        opened = gate.pulses("lane")
        gate.do("card lane-old TEXT:4711")
        passed = eventually(lambda: gate.pulses("lane") > opened, 10)
        stop.wait(6)
        stop.set()
        thread.join()
        check(f"hostile: a card opens under {what}", passed, gate.log()[-1500:])
        grown = gate.last() - before
        check(f"hostile: {what} fill no journal ({grown} entries)", grown < 150, gate.log()[-1500:])
    check("hostile: the gate is itself again", not gate.has("journalBacklogFull") and gate.ctl("journal", "verify")[0] == 0)
    one.kill()
    gate.remove()
