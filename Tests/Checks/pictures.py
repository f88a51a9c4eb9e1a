"""K26, K2, S4: pictures at rest, and an uplink that is not trusted."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import sqlite3
import time

from gate import CONFIGURATION, GOOD, Person, check, eventually, running

START = b"\xff\xd8\xff"
# Long enough that no cipher text has them by chance.
WORDS = (b"Exif\0\0", b"JFIF\0", b"canary-face")


def segment(code, content):
    return bytes([0xFF, code]) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(number):
    """A JPEG by its markers, 640 by 360, with Exif, a word that can be looked for, and 40 kB that differ each time."""
    head = segment(0xE1, b"Exif\0\0canary-face") + segment(0xC0, b"\x08\x01\x68\x02\x80\x01\x01\x11\0")
    return b"\xff\xd8" + head + segment(0xDA, b"\1\1\0\0\x3f\0") + number.to_bytes(4, "big") * 10_000 + b"\xff\xd9"


def site():
    """A gate whose wicket has a camera, which the bench plays."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    portal = "    held_open_limit: 5 s\n"
    return CONFIGURATION.replace(portal, f"{portal}    camera: gate\n") + f'cameras:\n  gate: {{{{url: "http://127.0.0.1:{port}/still.jpg"}}}}\n'


def files(gate):
    return sorted((gate.dir / "pictures").rglob("*.jpg"))


def database(gate):
    return contextlib.closing(sqlite3.connect(gate.dir / "gatehouse.db"))


def readable(gate):
    """Files of the folder in which something of a picture can be read."""
    found = {path: path.read_bytes() for path in (gate.dir / "pictures").rglob("*") if path.is_file()}
    return [str(path) for path, octets in found.items() if octets.startswith(START) or any(word in octets for word in WORDS)]


def lay_clear(gate, event, count):
    """Pictures as version 0.2.0 left them: in clear, by rows that say nothing of a file."""
    with database(gate) as connection, connection:
        for number in range(count):
            octets = jpeg(1000 + number)
            digest = hashlib.sha256(octets).digest()
            path = f"2026/11/20/{event}-old-{number}-{digest[:8].hex()}.jpg"
            place = gate.dir / "pictures" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(octets)
            connection.execute("INSERT INTO snapshot VALUES (?, ?, 'stored', ?, ?, ?, NULL)", (event, f"old-{number}", path, len(octets), digest))
            connection.execute("INSERT INTO picture_file VALUES (?, ?, NULL)", (event, f"old-{number}"))


def pictures():
    """K26: nothing in the folder can be looked at, what lay in clear is sealed through kills, and every picture is its own."""
    manager = Person(4006, "manager")
    with running("pictures", configuration=site()) as gate:
        gate.start_uplink()
        assert eventually(lambda: not gate.has("uplinkAway")), gate.log()
        gate.do(f"card wicket-in H10301:{GOOD}")
        kept = eventually(lambda: gate.seen(kind="snapshot", outcome="stored"))
        check("K26 a picture is kept", kept, gate.entries()[-4:])
        event = kept[0]["about"]
        check("K26 nothing in the folder can be looked at", len(files(gate)) == 1 and not readable(gate), readable(gate))
        check("K26 the file names its form and its key", files(gate)[0].read_bytes()[:4] == b"GHP1")
        answer = gate.ask("picture show", {"event": event}, "theft at the gate", manager)
        shown = b"".join(base64.b64decode(one["data"]) for one in answer["items"])
        check("K26 who may look sees the picture, with an entry", answer["ok"] and shown.startswith(START) and len(shown) == answer["result"]["size"] and gate.seen(kind="look"), answer)
        detail = kept[0]["detail"]
        octets = files(gate)[0].read_bytes()
        check("K26 the entry has both digests", detail["sha256"] == hashlib.sha256(shown).hexdigest() and detail["file"] == hashlib.sha256(octets).hexdigest(), detail)
        code, told = gate.ctl("journal", "verify", "--pictures")
        check("K2 every picture that is kept is there and its own", code == 0, told)
        files(gate)[0].write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
        code, told = gate.ctl("journal", "verify", "--pictures")
        check("K26 a changed file is named", code == 1 and "another one" in told, told)
        answer = gate.ask("picture show", {"event": event}, "theft at the gate", manager)
        check("K26 and not shown", not answer["ok"] and answer["error"]["code"] == "noPicture", answer)
        files(gate)[0].write_bytes(octets)

        # The upgrade, which is killed again and again.
        gate.end_uplink()
        gate.end()
        lay_clear(gate, event, 400)
        check("K26 what an older version left can be looked at", len(readable(gate)) == 400)
        assert gate.start(), gate.log()
        left = lambda: gate.ask("status")["result"]["clear_pictures"]
        check("K26 status says what is left", left() == 400, left())
        rounds = []
        while left() > 0 and len(rounds) < 40:
            gate.start_uplink()
            eventually(lambda: left() < (rounds[-1] if rounds else 400), 20)
            rounds.append(left())
            if len(rounds) > 6:
                eventually(lambda: left() == 0, 60)
            gate.end_uplink(signal.SIGKILL)
            if len(rounds) == 2:
                gate.end(signal.SIGKILL)
                assert gate.start(), gate.log()
        print(f"      killed {len(rounds)} times, left {rounds}")
        check("K26 nothing lies in clear any more", left() == 0 and not readable(gate), rounds, readable(gate)[:3])
        sealed = gate.seen(kind="snapshot", outcome="sealed")
        with database(gate) as connection:
            rows = connection.execute("SELECT path, file FROM snapshot JOIN picture_file USING (event, camera) WHERE state = 'stored'").fetchall()
        wrong = [path for path, file in rows if hashlib.sha256((gate.dir / "pictures" / path).read_bytes()).digest() != file]
        check("K26 each has its entry, once, and the digest of its file", len({one["detail"]["camera"] for one in sealed}) == len(sealed) == 400 and len(rows) == 401 and not wrong, len(sealed), len(rows), wrong[:3])
        answer = gate.ask("picture show", {"event": event}, "theft at the gate", manager)
        check("K26 and opens", answer["ok"] and len(answer["items"]) > 0, answer)
        code, told = gate.ctl("journal", "verify", "--pictures")
        check("K26 the journal is whole with its pictures", code == 0, told)


class Uplink:
    """One that was taken: it says what it likes."""

    def __init__(self, gate):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(20)
        self.connection.connect(str(gate.dir / "uplink.sock"))
        self.lines = self.connection.makefile("rb")
        self.say(type="hello", version="0.3.0")
        self.welcome = self.hear("welcome")

    def say(self, **message):
        self.connection.sendall(json.dumps({"v": 1, **message}).encode() + b"\n")

    def hear(self, kind):
        while line := self.lines.readline():
            message = json.loads(line)
            if message["type"] == kind:
                return message
        return None

    def is_gone(self):
        try:
            while self.lines.readline():
                pass
            return True
        except TimeoutError:
            return False


def uplink():
    """S4: an uplink that was taken chooses neither name, number nor pace of what is kept."""
    with running("uplink", configuration=site()) as gate:
        digest = list(os.urandom(32))

        def asked():
            taken = Uplink(gate)
            gate.do("card wicket-in H10301:118-4711")
            return taken, taken.hear("capture")

        def stored(request, **more):
            day = time.strftime("%Y/%m/%d", time.gmtime(request["at"] / 1000))
            name = f"{request['event']}-gate-{bytes(digest[:8]).hex()}.jpg"
            return {"type": "stored", "event": request["event"], "camera": "gate", "path": f"{day}/{name}", "size": 9, "digest": digest, "report": 1, **more}

        for what, more in (
            ("another path", {"path": "2026/11/20/1-gate-00.jpg"}),
            ("a camera of a megabyte", {"camera": "A" * 4000}),
            ("another event", {"event": 1}),
            ("an event that never was", {"event": 1 << 40}),
        ):
            taken, request = asked()
            before = len(gate.seen(kind="snapshot"))
            taken.say(**stored(request, **more))
            check(f"S4 {what}: it is sent away", taken.is_gone() and gate.has("uplinkMisbehaves"), gate.log()[-500:])
            told = [one for one in gate.seen(kind="snapshot")[before:] if one["outcome"] == "stored"]
            check(f"S4 {what}: and nothing is kept of it", not told, told)
        taken, request = asked()
        taken.say(**stored(request))
        check("S4 what was asked for is taken", taken.hear("noted") and eventually(lambda: gate.seen(kind="snapshot", outcome="stored")))
        before = gate.last()
        # It hears each answer: whoever hears none is not read any more.
        for number in range(2, 3000):
            taken.say(**stored(request, report=number))
            taken.hear("noted")
        taken.say(type="expired", event=request["event"], camera="gate", report=3000)
        taken.say(type="expired", event=request["event"], camera="gate", report=3001)
        while (noted := taken.hear("noted"))["report"] != 3001:
            pass
        check("S4 what it says again is noted and leaves no entry", len(gate.seen(kind="snapshot", after=before)) == 1, gate.seen(kind="snapshot", after=before))
        gate.do("card lane-in EM4100:3887558")
        check("S4 the gate opens meanwhile", eventually(lambda: gate.pulses("lane") > 0))
        check("S4 the journal is whole", gate.ctl("journal", "verify")[0] == 0)
