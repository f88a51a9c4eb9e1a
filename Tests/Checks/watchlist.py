"""Documents of the watchlist: made and signed by the commands, checked by openssl, taken by the real daemon."""

import base64
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import threading

from gate import BIN, CONFIGURATION, ROOT, Person, check, eventually, running

MANAGER = Person(4741, "manager")


def openssl(*words, text=None):
    done = subprocess.run(["openssl", *map(str, words)], input=text, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def paper(*words):
    done = subprocess.run([BIN / "gatehousectl", "watchlist", *map(str, words)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def typed(words, answer):
    """The command at a terminal where somebody types; what the terminal shows comes back."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(BIN / "gatehousectl", ["gatehousectl", "watchlist", *map(str, words)])
    shown = b""
    while b"passphrase: " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, answer.encode() + b"\n")
    try:
        while piece := os.read(terminal, 1024):
            shown += piece
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def octets(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(folder, document, keys):
    """How many signatures of the document are those of the keys, as openssl sees it."""
    content = json.loads(document.read_text())
    count = 0
    for signature in content["signatures"]:
        (folder / "message").write_bytes(f"{signature['protected']}.{content['payload']}".encode())
        (folder / "signature").write_bytes(octets(signature["signature"]))
        for key in keys:
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", folder / "message", "-sigfile", folder / "signature"],
                capture_output=True,
            )
            count += done.returncode == 0
    return count


def watchlist():
    """From the keys to the entry; what is missing is said by who is asked first."""
    # The key of the oversight stands in the configuration before the daemon starts.
    oversight = openssl("genpkey", "-algorithm", "ed25519")
    raw = openssl("pkey", "-pubout", "-outform", "DER", text=oversight)[-32:]
    with running("papers", configuration=f"{CONFIGURATION}watchlist: {{{{oversight_key: {raw.hex()}}}}}\n") as gate:
        d = gate.dir
        (d / "oversight.pem").write_bytes(oversight)
        for who in ("a", "b", "stranger"):
            secret = ["-aes-256-cbc", "-pass", "pass:open sesame"] if who == "b" else []
            openssl("genpkey", "-algorithm", "ed25519", *secret, "-out", d / f"{who}.pem")
            openssl("pkey", "-in", d / f"{who}.pem", "-passin", "pass:open sesame", "-pubout", "-out", d / f"{who}.pub")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=issuer", "-keyout", d / "issuer-key.pem", "-out", d / "issuer.pem")

        fields = ["--authority", "District police", "--legal-basis", "order-12", "--assessment", "PIA-1", "--community", "checks", "--from", "1h ago", "--until", "30d",
                  "--signer", d / "a.pub", "--signer", d / "b.pub", "--certificate", d / "issuer.pem", "--config", gate.path, "--out", d / "activation.json"]
        code, text = paper("draft", "activation", *fields)
        check("watchlist: an activation is drafted", code == 0, text)
        code, text = paper("show", d / "activation.json", "--config", gate.path)
        check("watchlist: show says that nobody has signed", code == 1 and "the oversight's signature" in text and "certificateRefused" in text, text)
        code, text = gate.ctl("watchlist", "activate", d / "activation.json", "--reason", "check")
        check("watchlist: and the daemon says so too", code == 1 and "nobody has signed" in text, text)
        code, text = paper("sign", d / "activation.json", "--key", d / "oversight.pem")
        check("watchlist: the oversight signs", code == 0, text)
        code, text = paper("show", d / "activation.json", "--config", gate.path)
        check("watchlist: show says who signed, and that it would be taken", code == 0 and "(the oversight)" in text and "would take it" in text, text)
        code, text = gate.ctl("watchlist", "activate", d / "activation.json", "--reason", "check")
        check("watchlist: the daemon takes the activation", code == 0, text)
        step = re.search(r"entry (\d+)", text)[1]
        answer = gate.ask("explain", {"event": step}, person=MANAGER)
        check("watchlist: its steps are nothing that a manager sees", not answer["ok"] and answer["error"]["code"] == "unknownEvent", answer)
        entries(gate, d)


def entries(gate, d):
    over = ["--activation", d / "activation.json", "--config", gate.path]
    draft = ["draft", "entry", "--case", "C-1", "--legal-basis", "W-1", "--category", "missing", "--portal", "wicket", "--config", gate.path]
    code, text = paper(*draft, "--card", "WG99:118-1603")
    check("watchlist: a card that there cannot be is refused by its field", code == 1 and "match names no card" in text, text)
    code, text = paper(*draft, "--card", "H10301:118-1603", "--until", "31d")
    check("watchlist: and a life over 30 days by its own", code == 1 and "expires" in text, text)
    code, text = paper(*draft, "--card", "H10301:118-1603", "--from", "1h ago", "--out", d / "entry.json")
    check("watchlist: an entry is drafted", code == 0, text)
    code, text = paper("sign", d / "entry.json", "--key", d / "a.pem")
    check("watchlist: one signs", code == 0 and verified(d, d / "entry.json", [d / "a.pub", d / "b.pub"]) == 1, text)
    code, text = paper("show", d / "entry.json", *over)
    check("watchlist: show says who is missing", code == 1 and "missing: 1 more" in text and "entryRefused" in text, text)
    code, text = gate.ctl("watchlist", "import", d / "entry.json")
    check("watchlist: the daemon refuses with the same words", code == 1 and "two different people" in text, text)
    code, text = paper("sign", d / "entry.json", "--key", d / "a.pem")
    check("watchlist: nobody signs twice", code == 1 and "signed it already" in text, text)
    code, text = paper("sign", d / "entry.json", "--key", d / "stranger.pem", "--out", d / "foreign.json")
    refused = paper("show", d / "foreign.json", *over)
    check("watchlist: a stranger's signature is seen", code == 0 and refused[0] == 1 and "no signer of" in refused[1] and "fits no registered key" in refused[1], refused)
    code, text = typed(["sign", d / "entry.json", "--key", d / "b.pem"], "open barley")
    check("watchlist: a wrong passphrase is told", code == 1 and "passphrase right" in text and "barley" not in text, text)
    code, text = typed(["sign", d / "entry.json", "--key", d / "b.pem"], "open sesame")
    check("watchlist: the passphrase is not shown", code == 0 and "sesame" not in text, text)
    check("watchlist: openssl says that both signed", verified(d, d / "entry.json", [d / "a.pub", d / "b.pub"]) == 2)
    code, text = paper("show", d / "entry.json", *over)
    check("watchlist: show says that it would be taken", code == 0 and "signer 2 of the activation" in text, text)
    code, text = gate.ctl("watchlist", "import", d / "entry.json")
    check("watchlist: the daemon takes the entry", code == 0 and gate.ask("watchlist status")["result"]["state"] == "active", text)
    counted(gate, d)
    code, text = paper("sign", d / "entry.json", "--key", "pkcs11:object=signer")
    check("watchlist: a token without a provider is told in a sentence", code == 1 and "pkcs11" in text, text)


def show(gate, card):
    """Shows a card until its decision is there."""
    before = gate.last()
    gate.do(f"card wicket-in H10301:{card}")
    check(f"watchlist: {card} is decided", eventually(lambda: gate.seen(kind="decision", after=before)))
    threading.Event().wait(0.3)


def counted(gate, d):
    """G12: what the auditor counts is counted by a stranger from a copy of the database and the keys of single notes."""
    for card in ("118-1603", "118-1606", "118-1603", "118-1606"):
        show(gate, card)
    entry = json.loads(octets(json.loads((d / "entry.json").read_text())["payload"]))["id"]
    code, text = gate.ctl("watchlist", "remove", entry, "--reason", "found")
    check("watchlist: an entry is taken out", code == 0, text)
    # The steps take the notes of decisions that are nobody's.
    for _ in range(3):
        show(gate, "118-1606")
    words = ["watchlist", "counters", "--from", "2020-01-01", "--until", "now", "--reason", "report of the quarter"]
    code, text = gate.ctl(*words, "--openings", d / "openings")
    row = re.search(r"missing +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)", text)
    refused = re.search(r"refused documents: (\d+)", text)
    check("watchlist: the auditor counts what has ended", code == 0 and row and row.groups()[:2] == ("1", "2"), text)
    with sqlite3.connect(f"file:{d}/gatehouse.db?mode=ro", uri=True) as live, sqlite3.connect(d / "copy.db") as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")

    def stranger(openings):
        done = subprocess.run([sys.executable, ROOT / "docs/watchlist-counter.py", d / "copy.db", openings, "2020-01-01", "2100-01-01"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    code, again = stranger(d / "openings")
    check("watchlist: a stranger counts the same", code == 0 and f"missing {' '.join(row.groups())}" in again and f"refused {refused[1]}" in again and refused[1] == "1", again, text)
    lines = (d / "openings").read_text().splitlines()
    (d / "swapped").write_text("\n".join([lines[0].split()[0] + " " + lines[1].split()[1], *lines[1:]]) + "\n")
    code, again = stranger(d / "swapped")
    check("watchlist: and sees a key that is not that note's", code == 1 and "does not open it" in again, again)
    with sqlite3.connect(d / "copy.db") as copy:
        copy.execute("UPDATE journal SET leaf = CAST(leaf || x'00' AS BLOB) WHERE seq = ?", (int(lines[0].split()[0]),))
    code, again = stranger(d / "openings")
    check("watchlist: and a leaf that was changed", code == 1 and "another hash" in again, again)
    manager = gate.ask("watchlist counters", {"from": "2020-01-01", "until": "now"}, reason="curious", person=MANAGER)
    check("watchlist: the counts are the auditor's", not manager["ok"], manager)
