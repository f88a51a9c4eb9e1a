"""The night at the gate: a card that a guard takes out of use, a bell, a card that is enrolled by showing it."""

import os
import pty
import select
import signal
import subprocess
import threading

from gate import BIN, NAME, Person, check, eventually, running

GUARD, MANAGER = Person(4721, "guard"), Person(4722, "manager")


def words(gate, person, *command):
    return person.command(BIN / "gatehousectl", *command, "--socket", gate.dir / "admin.sock", "--text")


def says(gate, person, *command):
    done = subprocess.run(words(gate, person, *command), capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def night():
    with running("night") as gate:
        gate.dir.chmod(0o755)
        suspended(gate)
        shown(gate)
        bell(gate)
        everywhere(gate)
        month(gate)


def suspended(gate):
    def outcome():
        before = gate.last()
        threading.Event().wait(1)
        gate.do("card wicket-out H10301:118-1603")
        return eventually(lambda: gate.seen(kind="decision", after=before))[-1]

    check("night: the card opens", outcome()["outcome"] == "granted")
    code, text = says(gate, GUARD, "credential", "suspend", "H10301:118-1603")
    check("night: a guard says why", code != 0 and "reason" in text, text)
    code, text = says(gate, GUARD, "credential", "suspend", "H10301:118-1603", "--reason", "found at the gate")
    check("night: a guard takes a card out of use until noon", code == 0 and "12:00" in text, text)
    check("night: it opens nothing", outcome().get("reason") == "SuspendedByGuard")
    gate.end(signal.SIGKILL)
    assert gate.start(), gate.log()
    check("night: after a power cut neither", outcome().get("reason") == "SuspendedByGuard")
    check("night: the office has to look", gate.has("credentialSuspended"))
    alarm = next(one for one in gate.ask("alarm list")["result"]["alarms"] if one["code"] == "credentialSuspended")
    code, text = says(gate, GUARD, "alarm", "ack", alarm["alarm"], "--reason", "it was me")
    check("night: which no guard says for it", code == 1 and "manager" in text, text)
    code, text = says(gate, MANAGER, "why", "R-1", "--reason", "the resident asks", "--lang", "zh")
    check("night: why says who and until when", code == 0 and "临时停用" in text and "found at the gate" in text, text)
    code, text = says(gate, MANAGER, "credential", "resume", "H10301:118-1603", "--reason", "holder was here")
    check("night: the office ends it", code == 0 and outcome()["outcome"] == "granted", text)


def shown(gate):
    command = words(gate, MANAGER, "credential", "add", "S-1", "--show-at", "wicket-in")

    def waits(before):
        return eventually(lambda: gate.seen(kind="order", reader="wicket-in", after=before))

    before = gate.last()
    asked = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    check("night: somebody waits for a card", waits(before))
    gate.do("card wicket-out H10301:118-1603")
    check("night: another reader goes on", eventually(lambda: gate.seen(kind="decision", reader="wicket-out", after=before)))
    gate.do("card wicket-in H10301:118-7171")
    said = asked.communicate(timeout=30)
    check("night: the next card at the reader is enrolled", asked.returncode == 0 and "added, number" in said[0], said)
    check("night: it was no attempt", not gate.seen(kind="decision", reader="wicket-in", after=before))
    check("night: the number is in no log and no entry", "7171" not in gate.log() and "7171" not in str(gate.entries(after=str(before))))
    listed = gate.ask("person show", {"reference": "S-1"})["result"]["credentials"]
    check("night: and on the register", "H10301:118-7171" in [one["value"] for one in listed], listed)

    before = gate.last()
    asked = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert waits(before)
    asked.kill()
    asked.communicate()
    check("night: whoever goes waits no longer", eventually(lambda: gate.seen(kind="order", outcome="refused", reason="expired", after=before)))
    gate.do("card wicket-in H10301:118-7172")
    check("night: and the next card is an attempt", eventually(lambda: gate.seen(kind="decision", reader="wicket-in", after=before)))


def bell(gate):
    """On a terminal the bell rings for a forced door; in a pipe nothing does."""
    def follow(stdout):
        return subprocess.Popen(
            [BIN / "gatehousectl", "log", "--follow", "--bell", "--socket", gate.dir / "admin.sock", "--table"],
            stdout=stdout, stderr=subprocess.DEVNULL)

    master, slave = pty.openpty()
    watching, piped = follow(slave), follow(subprocess.PIPE)
    os.close(slave)
    heard = {"terminal": b"", "pipe": b""}

    def read(name, descriptor):
        while select.select([descriptor], [], [], 0)[0]:
            heard[name] += os.read(descriptor, 4096)
        return heard[name]

    check("night: both follow", eventually(lambda: b"WHAT" in read("terminal", master) and b"WHAT" in read("pipe", piped.stdout.fileno())), heard)
    # What a card released is over, and so is the moment in which a door may still swing.
    assert eventually(lambda: not gate.is_released("wicket"))
    threading.Event().wait(2)
    before = gate.last()
    gate.do("door wicket open")
    check("night: the door is forced", eventually(lambda: gate.seen(kind="forced", after=before)), [one for one in gate.entries() if one["kind"] != "look"][-8:])
    check("night: the bell rings", eventually(lambda: b"\a" in read("terminal", master)), heard)
    check("night: the pipe has the line", eventually(lambda: b"portalForced" in read("pipe", piped.stdout.fileno()) or b"forced" in heard["pipe"]), heard)
    check("night: and no bell", b"\a" not in heard["pipe"], heard)
    gate.do("door wicket close")
    for process in (watching, piped):
        process.terminate()
        process.wait()
    os.close(master)
    code, text = gate.ctl("log", "--bell")
    check("night: a bell wants something to come", code == 2 and "--follow" in text, text)


def everywhere(gate):
    """All gates at once: where nobody can be asked, it is said twice."""
    code, text = gate.ctl("portal", "free", "--all", "--reason", "moving day")
    check("night: all gates are not freed by a pipe", code == 1 and "--yes" in text and "free" not in {one["posture"] for one in gate.ask("status")["result"]["portals"]}, text)
    code, text = gate.ctl("portal", "free", "--all", "--yes", "--reason", "moving day")
    check("night: unless it says so", code == 0, text)
    code, text = gate.ctl("portal", "normal", "--all", "--yes", "--reason", "it is over")
    check("night: and back again", code == 0, text)
    check("night: the service's log has the postures, and nobody", "posture: free" in gate.log() and NAME not in gate.log())


def month(gate):
    month = gate.entries()[-1]["at"][:7]
    for language, word in (("en", "report of"), ("zh", "月报")):
        path = gate.dir / f"month-{language}.html"
        code, text = gate.ctl("report", "month", month, "--html", path, "--lang", language)
        page = path.read_text()
        check(f"night: the month prints, {language}", code == 0 and word in page and "<table>" in page and "<script" not in page, text)
    code, text = gate.ctl("report", "month", month, "--html", path)
    check("night: no file is written over", code == 2 and "already" in text and path.read_text() == page, text)
