"""Visitor passes: signed, printed, scanned, used up, revoked, and carried to a gate that has no network."""

import json
import subprocess
import threading

from gate import NAME, check, eventually, running
import gate as harness

# A scanner at a gate for people, and one at a lane that reads plates.
CONFIGURATION = (
    harness.CONFIGURATION.replace(
        "portals:\n",
        "  scan: {{protocol: line, port: {dir}/scan, text: text, repeat_window: 500 ms}}\n"
        "  lane-scan: {{protocol: line, port: {dir}/lane-scan, text: text, repeat_window: 500 ms}}\nportals:\n",
        1,
    )
    .replace("readers: [wicket-out], factors: [card]", "readers: [wicket-out, scan], factors: [card, pass]")
    .replace("lane-old], factors: [card, plate]", "lane-old, lane-scan], factors: [card, plate, pass]")
)


def done(answer):
    assert answer["ok"], answer
    return answer["result"]


def refused(answer, code):
    return not answer["ok"] and answer["error"]["code"] == code


def show(gate, reader, text):
    """Shows the text once; the decision that comes of it."""
    before = gate.last()
    # The same text within half a second is one presentation.
    threading.Event().wait(0.7)
    gate.do(f"card {reader} TEXT:{text}")
    return eventually(lambda: gate.seen(kind="decision", after=before))[-1]


def scanned(picture):
    return subprocess.run(["zbarimg", "-q", "--raw", "-S*.disable", "-Sqrcode.enable", picture], capture_output=True, text=True).stdout.strip()


def another(site, keys=""):
    """The configuration of another controller, with the public keys that it takes."""
    return CONFIGURATION.replace("name: checks", f"name: {site}") + keys


def passes():
    """Issue, print, read the print with another decoder, show, show again, restart, revoke; another gate, another key."""
    with running("passes", configuration=CONFIGURATION) as gate:
        ask = gate.ask
        day = ask("status")["result"]["time"][:10]
        issue = ["pass", "issue", "--host", "R-1", "--points", "wicket-out", "--until", day]
        png, svg = gate.dir / "pass.png", gate.dir / "pass.svg"
        code, text = gate.ctl(*issue, "--png", png, "--svg", svg)
        token = next((line for line in text.splitlines() if line.startswith("GP1.")), "")
        check("passes: a pass is signed and drawn", code == 0 and len(token) <= 256 and png.stat().st_mode & 0o77 == 0, text)
        check("passes: another decoder reads the PNG", scanned(png) == token, scanned(png))
        drawn = gate.dir / "svg.png"
        subprocess.run(["rsvg-convert", "-w", "600", "-o", drawn, svg], check=True)
        check("passes: and the SVG", scanned(drawn) == token, scanned(drawn))
        code, text = gate.ctl(*issue)
        check("passes: without a file it is drawn on the screen", code == 0 and "▀" in text and "█" in text, text)
        spare = next(line for line in text.splitlines() if line.startswith("GP1."))

        number = done(ask("pass show", {"pass": token}))["pass"]
        first = show(gate, "scan", token)
        check("passes: it opens", first["outcome"] == "granted" and eventually(lambda: gate.pulses("wicket") == 1), first)
        check("passes: the entry has its number and the host's", first["detail"]["pass"] == number and first["detail"]["host"] == 1 and "person" not in first, first)
        check("passes: shown again it is refused at once", show(gate, "scan", token)["reason"] == "UsesExhausted")
        code, text = gate.ctl("explain", first["seq"])
        check("passes: the decision is explained, and falls again", code == 0 and "the same answer" in text, text)
        check("passes: at another gate it is not authorised", show(gate, "lane-scan", spare)["reason"] == "Unauthorized")
        gate.end()
        assert gate.start(), gate.log()
        check("passes: after a restart it is used up still", show(gate, "scan", token)["reason"] == "UsesExhausted" and gate.pulses("wicket") == 1)
        check("passes: the list has what is good for something", [one["pass"] for one in ask("pass list")["items"]] == [done(ask("pass show", {"pass": spare}))["pass"]], ask("pass list"))
        check("passes: one is revoked with a reason alone", refused(ask("pass revoke", {"pass": spare}), "reasonMissing"))
        done(ask("pass revoke", {"pass": spare}, "sent to the wrong visitor"))
        check("passes: and opens nothing", show(gate, "scan", spare)["reason"] == "CredentialNotEnabled")
        gate.end(harness.signal.SIGKILL)
        assert gate.start(), gate.log()
        check("passes: not after a crash either", show(gate, "scan", spare)["reason"] == "CredentialNotEnabled")

        # Windows, hosts, plates.
        arguments = {"host": "R-1", "points": "lane-in", "until": "2099-01-01"}
        check("passes: none for longer than a year", refused(ask("pass issue", arguments), "windowTooWide"))
        check("passes: none for somebody who does not live here", refused(ask("pass issue", {**arguments, "host": "T-1", "until": day}), "HostGone"))
        check("passes: none that is over", refused(ask("pass issue", {**arguments, "until": "2020-01-01", "from": "2019-12-31"}), "isOver"))
        check("passes: none for a gate that takes none", refused(ask("pass issue", {**arguments, "points": "wicket-in", "until": day}), "noPassesThere"))
        many = ",".join(f"community-{number}/wicket-in" for number in range(9))
        answer = ask("pass issue", {**arguments, "points": many, "until": day})
        check("passes: none that readers cannot send", refused(answer, "passTooLong") and "256" in answer["error"]["message"], answer)
        plated = done(ask("pass issue", {**arguments, "until": day, "plate": "鲁G12345"}))["token"]
        gate.do(f"card lane-scan TEXT:{plated}")
        before = gate.last()
        gate.do("card lane-plate PLATE:鲁G12345")
        found = eventually(lambda: gate.seen(kind="decision", after=before))
        check("passes: a pass with a plate opens with the vehicle", found and found[-1]["outcome"] == "granted" and found[-1]["detail"].get("pass"), found)
        check("passes: what is forged is an unknown number", show(gate, "scan", token[:-4] + "AAAA")["reason"] == "UnknownCredential")

        asked = done(ask("person report", {"reference": "R-1"}, "request of today"))
        check("passes: the host's report has them", len(asked["passes"]) == 3 and number in str(asked["passes"]), asked["passes"])

        # A gate without a network takes what this one signs.
        key = done(ask("pass key"))
        listed = f'passes: {{{{keys: [{{{{issuer: checks, public_key: "{key["public_key"]}", register: same}}}}]}}}}\n'
        both = done(ask("pass issue", {**arguments, "points": "wicket-out,south/wicket-out", "until": day}))["token"]
        with running("north", configuration=another("north")) as stranger:
            check("passes: another controller does not know the key", show(stranger, "scan", both)["reason"] == "UnknownCredential")
        with running("south", configuration=another("south", listed)) as south:
            check("passes: with the key it opens there, too", show(south, "scan", both)["outcome"] == "granted")
            check("passes: not a pass for a gate of the same name here", show(south, "scan", token)["reason"] == "Unauthorized")
            uses = gate.dir / "south.jsonl"
            code, text = south.ctl("pass", "uses", "--export", uses)
            check("passes: what was used is exported", code == 0 and json.loads(uses.read_text().splitlines()[0])["counts"] == {"south": 1}, text, uses.read_text())
        code, text = gate.ctl("pass", "uses", "--import", uses)
        check("passes: and taken", code == 0 and "1 pass" in text, text)
        check("passes: after that it is refused here", show(gate, "scan", both)["reason"] == "UsesExhausted")
        uses.write_text(uses.read_text().replace('"south":1', '"south":0'))
        check("passes: no count falls", gate.ctl("pass", "uses", "--import", uses)[0] == 0 and show(gate, "scan", both)["reason"] == "UsesExhausted")
        uses.write_text('{"pass": "x"}\n')
        code, text = gate.ctl("pass", "uses", "--import", uses)
        check("passes: a line that is none is told by its number", code == 1 and "south.jsonl:1" in text, text)

        kept = "".join(path.read_bytes().decode("latin-1") for path in gate.dir.iterdir() if path.name.startswith(("gatehouse.db", "log")))
        entries = json.dumps(gate.entries(), ensure_ascii=False)
        windows = {one[start : start + 12] for one in (token, spare, plated, both) for start in range(4, len(one) - 11)}
        everything = kept + entries
        found = sorted(windows.intersection(everything[start : start + 12] for start in range(len(everything) - 11)))
        check("passes: no twelve signs of one stand in log, database or journal", not found, found)
        check("passes: and no name in the log", NAME not in gate.log())
        check("passes: the journal is whole", gate.ctl("journal", "verify")[0] == 0)
