"""A flagged person at one gate and the same nights at another: what status, health, log, database and the uplink's wire show of it, and
whether the authority gets what it is owed with nothing but openssl."""

import base64
import http.server
import json
import re
import sqlite3
import ssl
import subprocess
import threading

from gate import BIN, CONFIGURATION, Gate, Person, check, eventually
from watchlist import openssl, paper

SLOT = 2
MANAGER = Person(4741, "manager")
AUDITOR = Person(4743, "auditor")


class Authority:
    """The receiver of what leaves: opens, checks the gate's signature, signs receipts; all with openssl."""

    def __init__(self, folder):
        self.dir = folder
        self.sizes, self.texts, self.receipts = [], [], True
        self.heads = []
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=issuer", "-keyout", folder / "issuer-key.pem", "-out", folder / "issuer.pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=receiver",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls-key.pem", "-out", folder / "tls.pem")
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.take(json.loads(body), len(body), sorted(self.headers.keys()))
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "tls.pem", folder / "tls-key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, event, size, heads):
        opened = openssl("cms", "-decrypt", "-inform", "DER", "-inkey", self.dir / "issuer-key.pem", text=base64.b64decode(event["data_base64"]))
        text, signature = opened[:768], opened[768:]
        self.sizes.append(size)
        self.heads.append((heads, sorted(event)))
        said = json.loads(text)
        self.texts.append((said, text, signature))
        if not self.receipts:
            return b" " * 1024
        answer = {"answers": [{"answer": "received", "id": said["id"], "signature": self.sign("received", said["id"])}]}
        return json.dumps(answer).encode().ljust(1024)

    def sign(self, answer, name):
        line = f"gatehouse-lead-1 {answer} {name}\n".encode()
        return base64.b64encode(openssl("dgst", "-sha256", "-sign", self.dir / "issuer-key.pem", text=line)).decode()

    @property
    def leads(self):
        return [said for said, _, _ in self.texts if said["kind"] == "lead"]


class Site:
    """A gate with an active list and one entry."""

    def __init__(self, name, card):
        oversight = openssl("genpkey", "-algorithm", "ed25519")
        raw = openssl("pkey", "-pubout", "-outform", "DER", text=oversight)[-32:].hex()
        self.gate = gate = Gate(name, configuration=CONFIGURATION)
        d = gate.dir
        self.authority = Authority(d)
        (d / "secret").write_text("s" * 32)
        (d / "secret").chmod(0o600)
        with gate.path.open("a") as file:
            file.write(f"watchlist: {{oversight_key: {raw}}}\n")
            file.write(f'alerts:\n  leads: {{url: "https://127.0.0.1:{self.authority.port}/leads", secret_file: {d}/secret, ca_file: {d}/tls.pem, kinds: [watchlist]}}\n')
        (d / "oversight.pem").write_bytes(oversight)
        for who in ("a", "b"):
            openssl("genpkey", "-algorithm", "ed25519", "-out", d / f"{who}.pem")
            openssl("pkey", "-in", d / f"{who}.pem", "-pubout", "-out", d / f"{who}.pub")
        assert gate.start(), gate.log()
        assert gate.fill()[0] == 0, gate.log()
        gate.start_uplink()
        fields = ["--authority", "District police", "--legal-basis", "order-12", "--assessment", "PIA-1", "--community", "checks", "--from", "1h ago", "--until", "30d",
                  "--signer", d / "a.pub", "--signer", d / "b.pub", "--certificate", d / "issuer.pem", "--slot", SLOT, "--config", gate.path, "--out", d / "activation.json"]
        for words in (
            ["draft", "activation", *fields],
            ["sign", d / "activation.json", "--key", d / "oversight.pem"],
            ["draft", "entry", "--case", "C-1", "--legal-basis", "W-1", "--category", "missing", "--portal", "wicket", "--card", f"H10301:{card}",
             "--from", "1h ago", "--config", gate.path, "--out", d / "entry.json"],
            ["sign", d / "entry.json", "--key", d / "a.pem"],
            ["sign", d / "entry.json", "--key", d / "b.pem"],
        ):
            code, text = paper(*words)
            assert code == 0, text
        code, text = gate.ctl("watchlist", "activate", d / "activation.json", "--reason", "check")
        assert code == 0, text
        code, text = gate.ctl("watchlist", "import", d / "entry.json")
        assert code == 0, text

    def told(self):
        """What a manager is told, without times and counts of milliseconds."""
        status = self.gate.ask("status", person=MANAGER)["result"]
        health = self.gate.ask("health", person=MANAGER)["result"]
        return sorted(status), status["outbox"], sorted((one["code"], one["subject"]) for one in health["conditions"]), self.gate.ask("watchlist status", person=MANAGER)["result"]

    def rows(self):
        """What the database has beside what differs by the clock alone: the kinds of entries in their order, sizes, rows of tables."""
        with sqlite3.connect(f"file:{self.gate.dir}/gatehouse.db?mode=ro", uri=True) as database:
            kinds = [(kind, outcome) for kind, outcome in database.execute("SELECT kind, outcome FROM journal ORDER BY seq") if kind not in ("look", "health", "order")]
            sealed = {size for (size,) in database.execute("SELECT length(leaf) FROM journal WHERE kind = 'sealed' AND seq > 100 ")}
            tables = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("outbox", "watch", "snapshot", "standing")}
            watch = {size for (size,) in database.execute("SELECT length(sealed) FROM watch")}
        return kinds, max(sealed) - min(sealed) <= 4, tables, watch

    def lines(self):
        return [re.sub(r"\d+", "N", line) for line in self.gate.log().splitlines() if "notice" in line or "warning" in line or "error" in line]


def shadow():
    """S1 S4: nothing tells a flagged person, and nobody but the issuer settles what it is owed."""
    flagged, other = Site("flagged", "118-1603"), Site("other", "118-1999")
    both = (flagged, other)
    for site in both:
        for card in ("118-1603", "118-1606", "118-1603"):
            site.gate.do(f"card wicket-in H10301:{card}")
            threading.Event().wait(1.5)
    check("shadow: the issuer gets the lead", eventually(lambda: len(flagged.authority.leads) >= 2, 90), flagged.gate.log()[-2000:], (flagged.gate.dir / "uplink.log").read_text()[-2000:])
    lead = flagged.authority.leads[0]
    check("shadow: it says entry, portal, event and nothing that names anybody", set(lead) == {"site", "id", "kind", "entry", "portal", "event", "at"} and lead["portal"] == "wicket", lead)
    key = re.search(r"signs leads with: ([0-9a-f]{64})", flagged.gate.ctl("watchlist", "status")[1])
    check("shadow: the auditor is told the key that the gate signs with", key is not None)
    d = flagged.gate.dir
    (d / "gate.der").write_bytes(bytes.fromhex("302a300506032b6570032100" + key[1]))
    said, text, signature = next(one for one in flagged.authority.texts if one[0]["kind"] == "lead")
    (d / "lead.json").write_bytes(text)
    (d / "lead.sig").write_bytes(signature)
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", d / "gate.der", "-rawin", "-in", d / "lead.json", "-sigfile", d / "lead.sig"], capture_output=True)
    check("shadow: openssl says that the gate signed it", done.returncode == 0, done.stderr)

    for site in both:
        count = len(site.authority.sizes)
        check(f"shadow: {site.gate.dir.name.split('.')[0]} goes on with blanks", eventually(lambda: len(site.authority.sizes) >= count + 4, 30))
    check("shadow: nobody who is not sought gives a lead", not other.authority.leads)
    sizes = {size for site in both for size in site.authority.sizes}
    check("shadow: every message has one size", len(sizes) == 1, sizes)
    check("shadow: and one form", len({json.dumps(one) for site in both for one in site.authority.heads}) == 1, flagged.authority.heads[0])
    check("shadow: the receipts settle what was owed", eventually(lambda: "waiting for a receipt: 0" in flagged.gate.ctl("watchlist", "status")[1], 30), flagged.gate.ctl("watchlist", "status"))

    check("shadow: managers are told the same of both", flagged.told() == other.told(), flagged.told(), other.told())
    check("shadow: to them the list is active and nothing else", flagged.told()[3] == {"state": "active"}, flagged.told()[3])
    check("shadow: the databases have the same rows", eventually(lambda: flagged.rows() == other.rows(), 20), flagged.rows()[1:], other.rows()[1:])
    check("shadow: the logs say the same", flagged.lines() == other.lines(), flagged.lines()[-5:], other.lines()[-5:])
    metrics = [site.gate.ask("log", {"kind": "all", "limit": 20000}, person=MANAGER)["items"] for site in both]
    check("shadow: and so does the journal", [[one["kind"] for one in items if one["kind"] not in ("look", "health", "order")] for items in metrics][0] == [one["kind"] for one in metrics[1] if one["kind"] not in ("look", "health", "order")])
    restarted(flagged)
    for site in both:
        site.gate.end_uplink()
        site.gate.end()
        site.gate.remove()


def restarted(site):
    """A lead that nobody signed for comes again after a restart, from its note alone."""
    gate, authority = site.gate, site.authority
    authority.receipts = False
    gate.do("card wicket-in H10301:118-1603")
    event = eventually(lambda: [one for one in authority.leads if one["event"] > site.authority.leads[0]["event"]][-1:], 30)[0]
    known = {one["event"] for one in authority.leads}
    gate.end_uplink()
    gate.daemon.kill()
    gate.daemon.wait()
    before = len(authority.texts)
    assert gate.start(), gate.log()
    gate.start_uplink()
    check("shadow: a lead that nobody signed for comes again after a crash",
          eventually(lambda: any(said["kind"] == "lead" and said["event"] == max(known) for said, _, _ in authority.texts[before:]), 60), event)
    authority.receipts = True
    check("shadow: until somebody does", eventually(lambda: "waiting for a receipt: 0" in gate.ctl("watchlist", "status")[1], 90))
    hostile(site)


def hostile(site):
    """S4: an uplink that is somebody else's, with the uplink's rights."""
    gate = site.gate
    gate.end_uplink()
    import socket
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(gate.dir / "uplink.sock"))
    connection.sendall(json.dumps({"v": 1, "type": "hello", "version": "x"}).encode() + b"\n")
    lines = connection.makefile("rb")
    check("shadow: a taken uplink is welcomed like the other", json.loads(lines.readline())["type"] == "welcome")
    while True:
        slot = json.loads(lines.readline())
        if slot["type"] == "slot":
            break
    check("shadow: what it is given is a number and an envelope", set(slot) == {"v", "type", "number", "envelope"}, sorted(slot))
    made_up = {"answers": [{"answer": "received", "id": "0" * 32, "signature": base64.b64encode(b"x" * 256).decode()}]}
    answer = {"v": 1, "type": "slotAnswered", "number": slot["number"], "body": base64.b64encode(json.dumps(made_up).encode()).decode()}
    connection.sendall(json.dumps(answer).encode() + b"\n")
    check("shadow: what the issuer did not sign settles nothing", not gate.has("uplinkMisbehaves"))
    connection.sendall(json.dumps(answer).encode() + b"\n")
    check("shadow: a second answer to one slot is a condition", eventually(lambda: gate.has("uplinkMisbehaves")), gate.conditions())
    check("shadow: and the end of the connection", eventually(lambda: drained(lines)))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(gate.dir / "uplink.sock"))
    connection.sendall(json.dumps({"v": 1, "type": "hello", "version": "x"}).encode() + b"\n")
    connection.settimeout(3)
    check("shadow: it is not taken again at once", connection.recv(1) == b"")
    gate.start_uplink()
    check("shadow: the true one is", eventually(lambda: not gate.has("uplinkAway"), 40))


def drained(lines):
    try:
        while lines.readline():
            pass
        return True
    except (TimeoutError, OSError):
        return False
