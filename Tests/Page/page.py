"""A gate with a camera and its page: the built programs on emulated hardware, in a folder of their own."""

import pathlib
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Checks"))
import gate as harness
import pictures
from gate import eventually


class Page:
    """`start` has the words with which the console is started; {admin}, {accounts} and {port} are filled in."""

    def __init__(self):
        self.gate = harness.Gate("page", pictures.site())
        self.console = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.accounts = self.gate.dir / "accounts"
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

    def remove(self):
        if self.console and self.console.poll() is None:
            self.console.terminate()
            self.console.wait(20)
        self.gate.remove()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()
