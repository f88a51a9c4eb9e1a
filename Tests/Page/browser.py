"""Debian's Chromium through its own driver, spoken to as W3C WebDriver says, and by Chromium's own protocol where that is silent."""

import base64
import importlib.util
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

KEYS = {
    "Backspace": "\ue003", "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Control": "\ue009", "Alt": "\ue00a", "Escape": "\ue00c",
    "Space": " ", "PageUp": "\ue00e", "PageDown": "\ue00f", "End": "\ue010", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013",
    "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Delete": "\ue017",
}
DESK, PHONE = (1600, 1000), (360, 740)

# Asks again at each change of the page and each frame, until the condition holds or its time is over.
UNTIL = """
const [condition, limit, done] = arguments;
const holds = new Function("return (" + condition + ")");
const end = performance.now() + limit;
const look = () => {
    let found;
    try { found = holds(); } catch (problem) { found = null; }
    if (found) done(found === true ? true : JSON.stringify(found));
    else if (performance.now() > end) done(null);
    else setTimeout(look, 15);
};
look();
"""
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then((result) => done(result.violations.map((found) => ({
    rule: found.id, impact: found.impact, help: found.help, where: found.nodes.map((node) => node.target.join(" ")),
}))), (problem) => done([{rule: "axe", impact: "critical", help: String(problem), where: []}]));
"""


class NoBrowser(Exception):
    """The driver refused, in its own words."""


class WaitedInVain(Exception):
    """A condition that did not come to hold in its time."""


class Browser:
    """One window. What is pressed is counted, as figures of a view are told in key presses."""

    def __init__(self, folder=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-browser.", dir=folder))
        self.presses = 0
        self.session = None
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "HOME": str(self.folder), "TMPDIR": str(self.folder)},
        )
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            self._begin()
        except Exception:
            self.close()
            raise

    def _port(self):
        lines = queue.Queue()

        def listen():
            for line in self.driver.stdout:
                lines.put(line)
            lines.put("")

        threading.Thread(target=listen, daemon=True).start()
        said = []
        while True:
            try:
                said.append(lines.get(timeout=30))
            except queue.Empty:
                raise NoBrowser("the driver says nothing: " + "".join(said)) from None
            if found := re.search(r"successfully on port (\d+)", said[-1]):
                return int(found[1])
            if not said[-1]:
                raise NoBrowser("the driver ended: " + "".join(said))

    def _begin(self):
        arguments = [
            "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--no-first-run",
            "--font-render-hinting=none", "--disable-font-subpixel-positioning", "--disable-lcd-text", "--disable-background-networking",
            # Nothing of another host is a part of the page.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", f"--user-data-dir={self.folder}/profile",
        ]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        wanted = {
            "browserName": "chrome", "goog:chromeOptions": {"binary": shutil.which("chromium"), "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}, "timeouts": {"script": 120_000, "pageLoad": 60_000},
        }
        self.session = self._say("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        self.agent = self.devtools("Browser.getVersion")["userAgent"]
        self.size(*DESK)

    def _say(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            told = json.load(refused)["value"]
            raise NoBrowser(f"{told['error']}: {told['message']}") from None

    def _do(self, path, body=None):
        return self._say("POST", f"/session/{self.session}{path}", body or {})

    def devtools(self, name, **parameters):
        return self._do("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def close(self):
        if self.session:
            try:
                self._say("DELETE", f"/session/{self.session}")
            except (OSError, NoBrowser):
                pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # How the page is looked at.

    def size(self, width, height, zoom=1):
        """A window of these pixels. `zoom` is the reader's: 2 leaves half as much room for everything."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=round(width / zoom), height=round(height / zoom), deviceScaleFactor=zoom, mobile=False
        )

    def media(self, scheme="light", motion="no-preference", printed=False):
        features = [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion}]
        self.devtools("Emulation.setEmulatedMedia", media="print" if printed else "", features=features)

    def language(self, tag):
        self.devtools("Emulation.setUserAgentOverride", userAgent=self.agent, acceptLanguage=tag)

    def scripts(self, run):
        """Whether the page's own scripts run."""
        self.devtools("Emulation.setScriptExecutionDisabled", value=not run)

    # What somebody does.

    def open(self, address):
        self._do("/url", {"url": address})

    @property
    def address(self):
        return self._say("GET", f"/session/{self.session}/url")

    def script(self, text, *arguments):
        return self._do("/execute/sync", {"script": text, "args": list(arguments)})

    def until(self, condition, seconds=10):
        """The first answer of this expression of the page that is no blank one. Goes on over a change of pages."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                found = self._do("/execute/async", {"script": UNTIL, "args": [condition, left * 1000]})
            except NoBrowser as problem:
                # The page that was asked is gone for another one, which is asked anew.
                if not re.match("javascript error|no such window|script timeout|stale", str(problem)) or "SyntaxError" in str(problem):
                    raise
                continue
            if found is not None:
                return found if found is True else json.loads(found)
        raise WaitedInVain(f"{condition} ({seconds} s, at {self.address})")

    def keys(self, *names):
        """Presses keys one after the other: letters, names as "Enter", and "Shift+Tab"."""
        steps = []
        for name in names:
            *held, last = name.split("+") if len(name) > 1 and "+" in name[:-1] else [name]
            pressed = [KEYS[one] for one in held] + [KEYS.get(last, last)]
            steps += [{"type": "keyDown", "value": one} for one in pressed] + [{"type": "keyUp", "value": one} for one in reversed(pressed)]
            self.presses += 1
        self._do("/actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def type(self, text):
        self.keys(*text)

    def click(self, selector):
        box = self.script("const box = document.querySelector(arguments[0]).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]", selector)
        steps = [{"type": "pointerMove", "x": round(box[0]), "y": round(box[1])}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._do("/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps}]})

    # What is to be seen.

    def text(self, selector="body"):
        return self.script("return document.querySelector(arguments[0])?.innerText ?? null", selector)

    def focus(self):
        """What has the focus, and whether somebody sees that it has."""
        return self.script(
            "const one = document.activeElement, style = getComputedStyle(one);"
            "return {tag: one.tagName.toLowerCase(), id: one.id, text: one.innerText ?? '', seen: one.matches(':focus-visible')"
            " && (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none')}"
        )

    def overflow(self):
        """Pixels by which the page is wider than its window: 0 where nobody has to scroll sideways."""
        return self.script("return Math.max(0, document.documentElement.scrollWidth - innerWidth)")

    def shot(self):
        return base64.b64decode(self.devtools("Page.captureScreenshot", format="png")["data"])

    def paper(self):
        return base64.b64decode(self.devtools("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"])

    def complaints(self):
        """What the browser has to complain of since the last time: scripts that fail, what the page's own policy forbids."""
        said = self._do("/se/log", {"type": "browser"})
        return [one["message"] for one in said if one["level"] in ("SEVERE", "WARNING")]

    def axe(self, impacts=("serious", "critical")):
        """What axe-core finds of these impacts."""
        if not self.script("return typeof axe === 'object'"):
            self.devtools("Runtime.evaluate", expression=axe_source())
        return [found for found in self._do("/execute/async", {"script": AXE, "args": []}) if found["impact"] in impacts]


def axe_source():
    package = importlib.util.find_spec("axe_playwright_python")
    found = sorted(pathlib.Path(package.submodule_search_locations[0]).rglob("axe.min.js"))
    return found[0].read_text()
