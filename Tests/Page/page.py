"""A gate with a camera and its page: the built programs on emulated hardware, in a folder of their own."""

import pathlib
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Checks"))
import gate as harness
import pictures
from gate import at_failure, check, eventually


class Page:
    """`start` has the words with which the console is started; {admin}, {accounts} and {port} are filled in."""

    def __init__(self):
        self.gate = harness.Gate("page", pictures.site())
        self.console = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.accounts = self.gate.dir / "accounts"
        at_failure.append(self.end)
        assert self.gate.start(), self.gate.log()
        self.gate.start_uplink()
        assert self.gate.fill()[0] == 0, self.gate.log()

    def account(self, name, role, password, *words):
        """An account of the page, made as an operator makes one."""
        done = subprocess.run(
            [harness.BIN / "gatehousectl", "console", "account", "add", name, "--role", role, "--file", self.accounts, *words],
            input=password + "\n", capture_output=True, text=True,
        )
        assert done.returncode == 0, done.stderr

    def start(self, *words):
        filled = [str(word).format(admin=self.gate.dir / "admin.sock", accounts=self.accounts, port=self.port) for word in words]
        log = open(self.gate.dir / "console.log", "ab")
        self.console = subprocess.Popen([harness.BIN / "gatehouse-console", *filled], stdout=log, stderr=log)
        assert eventually(lambda: self.console.poll() is not None or self.answers(), 20) and self.console.poll() is None, self.log()

    def answers(self):
        try:
            with urllib.request.urlopen(self.address(), timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def address(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def log(self):
        return (self.gate.dir / "console.log").read_text(errors="replace")

    def end(self):
        if self.console and self.console.poll() is None:
            self.console.terminate()
            self.console.wait(20)

    def remove(self):
        self.end()
        at_failure.remove(self.end)
        self.gate.remove()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def site():
    """What every view stands on: a gate with its pictures, and somebody who may sign in."""
    with Page() as page:
        page.account("zhang", "guard", "门口的梧桐 opens at seven", "--shown", "张伟")
        check("an account that the page may read", page.accounts.stat().st_mode & 0o777 == 0o600)
        page.gate.do("card lane-in EM4100:3887558")
        check("a card opens the lane", eventually(lambda: page.gate.pulses("lane") == 1))
        page.gate.do(f"card wicket-in H10301:{harness.UNKNOWN}")
        check("a passage has its picture", eventually(lambda: pictures.files(page.gate), 30))
