"""A gate for checks: the built programs on emulated lines and readers, in a folder of its own."""

import contextlib
import grp
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/debug").resolve()
PIN = "73910482"
WRONG_PIN = "99999999"
NAME = "CANARY-NAME-赵一"
GOOD, UNKNOWN, LOST, ENDED, OTHER = "118-1603", "118-4711", "118-1604", "118-1605", "118-1606"

CONFIGURATION = """\
site: {{name: checks, time_zone: Asia/Shanghai, clock: not-behind-floor}}
files: {{database: {dir}/gatehouse.db, admin_socket: {dir}/admin.sock, uplink_socket: {dir}/uplink.sock, snapshots: {dir}/pictures, backups: [{dir}/backup], master_key: {dir}/key}}
journal: {{on_timeout: hold}}
lines: {{backend: simulated, socket: {dir}/lines.sock}}
readers:
  wicket-in: {{protocol: wiegand, data0: {{line: D0}}, data1: {{line: D1}}, formats: [H10301], keypad: 8-bit}}
  wicket-out: {{protocol: osdp, port: {dir}/bus, baud: 115200, address: 1, security: clear, formats: [H10301]}}
  lane-in: {{protocol: em4100, port: {dir}/desk, baud: 9600}}
  lane-tag: {{protocol: uhf, port: {dir}/uhf, family: length-first}}
  lane-plate: {{protocol: plate, port: {dir}/plate, layout: dated, encoding: gbk, burst: 500 ms}}
  lane-old: {{protocol: framed, port: {dir}/old, start: "02", end: "03", check: xor}}
portals:
  wicket:
    release: {{line: WICKET}}
    contact: {{line: DOOR}}
    exit_button: {{line: EXIT}}
    contact_debounce: 20 ms
    unlock_time: 1 s
    held_open_limit: 5 s
    access_points:
      wicket-in: {{readers: [wicket-in], factors: [card, pin], from_area: street, to_area: inside, anti_passback: hard}}
      wicket-out: {{readers: [wicket-out], factors: [card], from_area: inside, to_area: street}}
  lane:
    release: {{line: LANE}}
    unlock_time: 300 ms
    access_points:
      lane-in: {{readers: [lane-in, lane-tag, lane-plate, lane-old], factors: [card, plate]}}
fire_input: {{line: FIRE, debounce: 50 ms}}
schedules:
  never: [{{days: [holiday], from: "00:00", to: "00:01"}}]
access_levels:
  homes: {{groups: [residents], access_points: [wicket-in, wicket-out, lane-in], schedule: always}}
  work: {{groups: [staff], access_points: [wicket-in], schedule: never}}
"""

FILES = {
    "communities.csv": "community,name\nc,Checks\n",
    "dwellings.csv": "community,dwelling,use\nc,1-101,owned\nc,1-102,let\n",
    "residents.csv": "reference,name,role,community,dwelling\n"
    f"R-1,{NAME},resident,c,1-101\nT-1,Ended,tenant,,\nS-1,Staff,staff,,\n",
    "tenancies.csv": "community,dwelling,tenants,from,until\nc,1-102,T-1,2020-01-01,2020-12-31\n",
    "credentials.csv": "reference,kind,value,bound,duress,from,until,status\n"
    f"R-1,card,H10301:{GOOD},,,,,\nR-1,card,H10301:{LOST},,,,,lost\nT-1,card,H10301:{ENDED},,,,,\n"
    f"S-1,card,H10301:{OTHER},,,,,\nR-1,pin,{PIN},,,,,\nR-1,pin,64019375,,yes,,,\nR-1,card,EM4100:3887558,,,,,\n"
    "R-1,card,EPC:e2003412 0123456789abcdef,,,,,\nR-1,card,PLATE:粤B·12345,,,,,\nR-1,card,TEXT:4711,,,,,\n",
}

# What a process of somebody else says on the socket, and hears.
ASK = """
import json, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(150)
connection.connect(sys.argv[1])
connection.sendall(sys.stdin.read().encode() + b"\\n")
for line in connection.makefile():
    print(line, end="")
    if "item" not in json.loads(line):
        break
"""


class Person:
    """An account by its number, with roles. The groups of the roles are made where the machine has none."""

    def __init__(self, uid, *roles):
        self.uid = uid
        self.groups = []
        for role in roles:
            subprocess.run(["groupadd", "--force", "--system", f"gatehouse-{role}"], check=True)
            self.groups.append(grp.getgrnam(f"gatehouse-{role}").gr_gid)

    def command(self, *words):
        """The words as this person would run them."""
        groups = ",".join(map(str, self.groups)) if self.groups else "65534"
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", f"--groups={groups}", *map(str, words)]


passed = 0
# What else has to end when a check fails.
at_failure = []


def check(what, holds, *more):
    global passed
    if not holds:
        print(f"FAIL  {what}", *more, file=sys.stderr)
        for gate in Gate.all:
            gate.tell()
            gate.kill()
        for end in at_failure:
            end()
        print(f"{passed} passed, 1 failed")
        os._exit(1)
    passed += 1
    print(f"ok    {what}")


def eventually(condition, seconds=15):
    """Asks again until the condition holds; its last answer comes back."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        pause.wait(0.05)


class Gate:
    all = []

    def __init__(self, name, configuration=CONFIGURATION, bench=True):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"gatehouse-{name}."))
        self.path = self.dir / "gatehouse.yaml"
        self.configuration = configuration.format(dir=self.dir)
        self.path.write_text(self.configuration)
        (self.dir / "key").write_bytes(os.urandom(32))
        (self.dir / "key").chmod(0o600)
        (self.dir / "state").mkdir()
        self.daemon = None
        self.uplink = None
        self.said = []
        self.bench = None
        Gate.all.append(self)
        if bench:
            self.start_bench()

    # The bench: lines, readers, doors.

    def start_bench(self):
        self.bench = subprocess.Popen(
            [BIN / "gatehouse-sim", "hardware", "--config", self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._listen, daemon=True).start()
        assert eventually(lambda: "bench ready" in self.said, 20), "the bench does not start"

    def _listen(self):
        for line in self.bench.stdout:
            self.said.append(line.strip())

    def do(self, command):
        done = f"done  {command}"
        before = self.said.count(done)
        self.bench.stdin.write(command + "\n")
        self.bench.stdin.flush()
        assert eventually(lambda: self.said.count(done) > before, 20), f"{command}: {self.said[-5:]}"

    def pulses(self, portal):
        return sum(line.startswith(f"line  {portal} released") for line in self.said)

    def is_released(self, portal):
        lines = [line for line in self.said if line.startswith(f"line  {portal} ")]
        return bool(lines) and "released" in lines[-1]

    # The daemon.

    def start(self, environment={}, seconds=20):
        log = open(self.dir / "log", "ab")
        self.daemon = subprocess.Popen(
            [BIN / "gatehoused", "--config", self.path], stdout=log, stderr=log,
            env={"PATH": os.environ["PATH"], "STATE_DIRECTORY": str(self.dir / "state"), **environment},
        )
        eventually(lambda: self.daemon.poll() is not None or self.answers(), seconds)
        # Wiegand readers have to be quiet for a tenth of a second before their first frame counts.
        threading.Event().wait(0.15)
        return self.daemon.poll() is None

    def answers(self):
        try:
            return self.ask("health") is not None
        except OSError:
            return False

    def end(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        return self.daemon.wait(20)

    def start_uplink(self):
        log = open(self.dir / "uplink.log", "ab")
        self.uplink = subprocess.Popen([BIN / "gatehouse-uplink", "--config", self.path], stdout=log, stderr=log)

    def end_uplink(self, how=signal.SIGTERM):
        self.uplink.send_signal(how)
        self.uplink.wait(20)
        self.uplink = None

    def fill(self):
        for name, text in FILES.items():
            (self.dir / name).write_text(text)
        return self.ctl("import", *[self.dir / name for name in FILES])

    def log(self):
        return (self.dir / "log").read_text(errors="replace")

    # The admin socket.

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(150)
        connection.connect(str(self.dir / "admin.sock"))
        return connection

    def ask(self, command, arguments={}, reason=None, person=None):
        """The final reply, with what was listed before it under "items". `person` is who asks, root if nobody is named."""
        request = {"v": 1, "id": 1, "command": command, "arguments": arguments}
        if reason:
            request["reason"] = reason
        if person:
            return self.ask_as(person, request)
        with self.connect() as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            items = []
            for line in connection.makefile("rb"):
                reply = json.loads(line)
                if "item" in reply:
                    items.append(reply["item"])
                else:
                    return {**reply, "items": items}
        return None

    def ask_as(self, person, request):
        """The same from a process of that person, with the groups of their roles."""
        self.dir.chmod(0o755)
        asked = subprocess.run(
            person.command(sys.executable, "-c", ASK, self.dir / "admin.sock"), input=json.dumps(request), capture_output=True, text=True
        )
        lines = [json.loads(line) for line in asked.stdout.splitlines()]
        return {**lines[-1], "items": [line["item"] for line in lines[:-1]]}

    def entries(self, **filters):
        return self.ask("log", {"kind": "all", "limit": 20000, **filters})["items"]

    def seen(self, **fields):
        """The entries that have all these fields; `after` is a number."""
        after = fields.pop("after", 0)
        return [one for one in self.entries(after=str(after)) if all(one.get(key) == value for key, value in fields.items())]

    def last(self):
        return self.entries()[-1]["seq"]

    def conditions(self):
        return {(found["code"], found["subject"]) for found in self.ask("health")["result"]["conditions"]}

    def has(self, code):
        return any(found[0] == code for found in self.conditions())

    def ctl(self, *words):
        done = subprocess.run(
            [BIN / "gatehousectl", *map(str, words), "--socket", self.dir / "admin.sock", "--text"], capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    # The end.

    def tell(self):
        if self.daemon:
            print(self.log()[-4000:], "\n".join(self.said[-20:]), sep="\n", file=sys.stderr)

    def kill(self):
        for process in (self.daemon, self.bench, self.uplink):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        if os.path.ismount(self.dir / "state"):
            subprocess.run(["umount", self.dir / "state"], check=True)

    def remove(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
        Gate.all.remove(self)


@contextlib.contextmanager
def running(name, **arguments):
    gate = Gate(name, **arguments)
    assert gate.start(), gate.log()
    assert gate.fill()[0] == 0, gate.log()
    yield gate
    gate.remove()
