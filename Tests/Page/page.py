"""A gate with a camera and its page: the built programs on emulated hardware, in a folder of their own."""

import http.client
import os
import pathlib
import pwd
import re
import socket
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Checks"))
import gate as harness
import pictures
from gate import at_failure, check, eventually

PASSWORD = "门口的梧桐 opens at seven"
# An account that every machine has and nobody uses stands in for that of gatehouse-console.
ACCOUNT = "games" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
DOORS = 12


def site():
    """The site of the checks with a camera, the account of the page, and doors that can all be forced."""
    doors = "".join(
        f"  gate-{n}:\n    release: {{{{line: R{n}}}}}\n    contact: {{{{line: C{n}}}}}\n    contact_debounce: 20 ms\n"
        f"    access_points:\n      gate-{n}-in: {{{{readers: [gate-{n}-in], factors: [card]}}}}\n" for n in range(1, DOORS + 1)
    )
    readers = "".join(f"  gate-{n}-in: {{{{protocol: wiegand, data0: {{{{line: A{n}}}}}, data1: {{{{line: B{n}}}}}, formats: [H10301]}}}}\n" for n in range(1, DOORS + 1))
    text = pictures.site().replace("\nportals:\n", f"\n{readers}portals:\n", 1).replace("fire_input:", f"{doors}fire_input:", 1)
    return text.replace("check: xor}", "check: xor, repeat_window: 500 ms}") + f"console: {{{{account: {ACCOUNT}}}}}\n"


class Answer:
    def __init__(self, status, headers, octets):
        self.status, self.headers, self.octets = status, headers, octets

    @property
    def text(self):
        return self.octets.decode(errors="replace")

    def cookies(self):
        return [value for name, value in self.headers if name.lower() == "set-cookie"]

    def __getitem__(self, name):
        return next((value for one, value in self.headers if one.lower() == name.lower()), None)


class Client:
    """A browser without eyes: cookies, and what a form of the page carries."""

    def __init__(self, page, address=None):
        self.page, self.address, self.jar = page, address, {}

    def ask(self, method, path, form=None, headers={}, body=None, seconds=30):
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())} if self.jar else {}
        if self.address:
            sent["X-Forwarded-For"] = self.address
        if form is not None:
            body = form if isinstance(form, (str, bytes)) else urllib.parse.urlencode(form)
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        connection = http.client.HTTPConnection("127.0.0.1", self.page.port, timeout=seconds)
        try:
            connection.request(method, path, body, {name: value for name, value in (sent | headers).items() if value is not None})
            heard = connection.getresponse()
            answer = Answer(heard.status, heard.getheaders(), heard.read())
        finally:
            connection.close()
        for cookie in answer.cookies():
            name, _, value = cookie.split(";")[0].partition("=")
            if value and "Max-Age=0" not in cookie:
                self.jar[name] = value
            else:
                self.jar.pop(name, None)
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def token(self, path="/settings"):
        found = re.search(r'name="token" value="([^"]+)"', self.get(path).text)
        return found and found[1]

    def post(self, path, **fields):
        return self.ask("POST", path, {"token": self.token(), **fields})

    def sign_in(self, name, password=PASSWORD, **more):
        return self.ask("POST", "/sign-in", {"token": self.token("/sign-in"), "name": name, "password": password, **more})


class Page:
    """The programs of one gate, and the console under an account of its own."""

    def __init__(self):
        self.gate = harness.Gate("page", site())
        self.gate.dir.chmod(0o755)
        self.console = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.gate.dir / "console").mkdir(mode=0o700)
        self.accounts = self.gate.dir / "console/accounts"
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self.accounts.parent, account.pw_uid, account.pw_gid)
        at_failure.append(self.end)
        assert self.gate.start(), self.gate.log()
        self.gate.start_uplink()
        assert self.gate.fill()[0] == 0, self.gate.log()

    def own(self, *words):
        """The words as the console's account would run them."""
        return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", *map(str, words)] if os.geteuid() == 0 else [str(word) for word in words]

    def operator(self, *words, says=""):
        """What an operator does with the accounts."""
        command = self.own(harness.BIN / "gatehousectl", "console", "account", *words, "--file", self.accounts)
        done = subprocess.run(command, input=says, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def account(self, name, role, *words, password=PASSWORD):
        self.operator("add", name, "--role", role, *words, says=password + "\n")

    def start(self, *words):
        command = self.own(
            harness.BIN / "gatehouse-console", "run", "--admin", self.gate.dir / "admin.sock", "--accounts", self.accounts,
            "--listen", f"127.0.0.1:{self.port}", *words,
        )
        log = open(self.gate.dir / "console.log", "ab")
        self.said = open(self.gate.dir / "console.said", "wb+")
        self.console = subprocess.Popen(command, stdout=self.said, stderr=log)
        assert eventually(lambda: self.console.poll() is not None or self.answers(), 20) and self.console.poll() is None, self.log()

    def watcher(self):
        """The process of the console itself."""
        return self.console.pid

    def once(self):
        """The address that signs in once, as it is printed."""
        return eventually(lambda: (self.gate.dir / "console.said").read_text().strip(), 5)

    def answers(self):
        try:
            return Client(self).get("/healthz").status == 200
        except OSError:
            return False

    def address(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def log(self):
        return (self.gate.dir / "console.log").read_text(errors="replace")

    def resident(self):
        """KiB of memory that the console holds."""
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.console.pid}/status").read_text())[1])

    def end(self):
        if self.console and self.console.poll() is None:
            self.console.terminate()
            try:
                self.console.wait(20)
            except subprocess.TimeoutExpired:
                self.console.kill()
                self.console.wait()

    def remove(self):
        self.end()
        at_failure.remove(self.end)
        self.gate.remove()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def within(what, seconds, limit):
    """Prints a time beside its limit. Only five times as much fails: machines of tests are slow and shared."""
    check(f"{what}: {seconds * 1000:.0f} ms (at most {limit * 1000:.0f} ms is meant)", seconds < 5 * limit, seconds)
