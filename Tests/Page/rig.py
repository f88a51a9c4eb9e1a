"""The rig itself, on a page of its own: whether the browser sees, presses, waits and judges as the tests of the page rely on."""

import http.server
import io
import pathlib
import tempfile
import threading
import time
import urllib.parse

from browser import DESK, PHONE, Browser, WaitedInVain
from gate import at_failure, check
from golden import Goldens, difference
from PIL import Image
from scanner import scan

STYLE = """
body { font: 15px/1.5 sans-serif; color: #111; background: #fff; margin: 0; }
:focus-visible { outline: 2px solid #0645ad; }
.bare:focus-visible { outline: none; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #111; } }
@media print { button { display: none; } }
@media (prefers-reduced-motion: reduce) { #moves { display: none; } }
"""
SCRIPT = """
const pressed = [];
addEventListener("keydown", (event) => pressed.push((event.shiftKey && event.key.length > 1 && event.key !== "Shift" ? "Shift+" : "") + event.key));
document.querySelector("#late").addEventListener("click", async (event) => {
    const answer = await fetch("/late");
    event.target.insertAdjacentHTML("afterend", `<p id=came>${await answer.text()}</p>`);
});
"""
GOOD = """<!doctype html><html lang=en><title>Rig</title><link rel=stylesheet href=/style><main><h1>Rig</h1>
<p>The quick brown fox 永和 <button id=late>late</button> <button class=bare id=bare>bare</button>
<label>Name <input id=name></label><p id=moves>moves</p></main><script src=/script></script></html>"""
BAD = "<!doctype html><html><title>Bad</title><img src=/style><input><hr width=900 style='color:red'><script src=http://elsewhere.example/x></script></html>"


class Server(http.server.ThreadingHTTPServer):
    """The page, and one answer that comes when it is let go."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.languages = []
        self.let_go = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self, path="/"):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kinds = {"/": ("text/html", GOOD), "/bad": ("text/html", BAD), "/style": ("text/css", STYLE), "/script": ("text/javascript", SCRIPT)}
        if self.path == "/":
            self.server.languages.append(self.headers["Accept-Language"])
        if self.path == "/late":
            self.server.let_go.wait(30)
        kind, text = kinds.get(self.path, ("text/plain", "here it is"))
        if self.path.startswith("/echo?"):
            kind, text = "text/html", "you said " + urllib.parse.unquote_plus(self.path.partition("=")[2])
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if not self.path.startswith("/echo?"):
            self.send_header("Content-Security-Policy", "default-src 'self'; style-src 'self'")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def seen(browser, server):
    for width, height in (DESK, PHONE):
        browser.size(width, height)
        browser.open(server.address())
        size = Image.open(io.BytesIO(browser.shot())).size
        check(f"a window of {width}x{height}", browser.script("return [innerWidth, innerHeight]") == [width, height] and size == (width, height), size)
    check("the page fits a phone", browser.overflow() == 0)
    browser.size(*DESK, zoom=2)
    check("at 200 % there is half the room", browser.script("return [innerWidth, devicePixelRatio]") == [800, 2])
    check("and a picture has all its pixels", Image.open(io.BytesIO(browser.shot())).size == DESK)
    browser.size(*DESK)
    for tag in ("zh-CN", "en"):
        browser.language(tag)
        browser.open(server.address())
        check(f"a browser that speaks {tag}", browser.script("return navigator.language") == tag and server.languages[-1].startswith(tag), server.languages[-1])
    background = "return getComputedStyle(document.body).backgroundColor"
    browser.media(scheme="dark")
    check("dark", browser.script(background) == "rgb(17, 17, 17)")
    browser.media()
    check("light", browser.script(background) == "rgb(255, 255, 255)")
    shown = "return getComputedStyle(document.querySelector(arguments[0])).display !== 'none'"
    browser.media(motion="reduce")
    check("reduced motion", not browser.script(shown, "#moves"))
    browser.media(printed=True)
    check("print", not browser.script(shown, "#late") and browser.script(shown, "#moves"))
    browser.media()
    check("paper", browser.paper().startswith(b"%PDF-"))
    glyphs = browser.script(
        "const at = document.createElement('canvas').getContext('2d'); at.font = '40px sans-serif';"
        "return ['永', '和', '\\u{F0000}', '\\u{F0001}'].map((one) => { at.clearRect(0, 0, 99, 99); at.fillText(one, 5, 50);"
        " return [...at.getImageData(0, 0, 99, 99).data].join(); })"
    )
    check("Chinese has its signs, and no boxes", glyphs[0] != glyphs[1] and glyphs[0] != glyphs[2], len(glyphs))


def done(browser, server):
    browser.open(server.address())
    before = browser.presses
    browser.keys("g", "l", "?", "Enter", "Escape", "Shift+Tab", "+")
    pressed = browser.script("return pressed")
    check("keys come in their order", [one for one in pressed if one != "Shift"] == ["g", "l", "?", "Enter", "Escape", "Shift+Tab", "+"], pressed)
    check("and are counted", browser.presses - before == 7)
    browser.open(server.address())
    browser.click("#name")
    browser.type("张伟 o")
    typed = browser.script("return document.querySelector('#name').value")
    check("what is typed stands there", typed == "张伟 o", typed)
    browser.open(server.address())
    browser.keys("Tab")
    check("the focus is seen", browser.focus() == {"tag": "button", "id": "late", "text": "late", "seen": True}, browser.focus())
    browser.keys("Tab")
    check("and where it is hidden, that is told", browser.focus()["id"] == "bare" and not browser.focus()["seen"], browser.focus())
    browser.click("#late")
    try:
        browser.until("document.querySelector('#came')", 0.3)
        check("a condition that does not hold is waited for in vain", False)
    except WaitedInVain as told:
        check("a condition that does not hold is waited for in vain", "#came" in str(told) and server.address() in str(told), told)
    threading.Timer(0.2, server.let_go.set).start()
    check("what comes late is seen when it comes", browser.until("document.querySelector('#came').innerText") == "here it is")
    browser.script("setTimeout(() => location = '/bad', 100)")
    check("over a change of pages too", browser.until("document.title === 'Bad'") is True and browser.address.endswith("/bad"))
    browser.scripts(False)
    browser.open(server.address())
    check("a page without its scripts can be read", "quick brown fox" in browser.text())
    browser.scripts(True)


def judged(browser, server, folder):
    browser.open(server.address())
    browser.complaints()
    check("axe finds nothing where nothing is", browser.axe() == [], browser.axe())
    first = browser.shot()
    browser.open(server.address("/bad"))
    rules = {found["rule"] for found in browser.axe()}
    check("and what is there", {"image-alt", "label", "html-has-lang"} <= rules, rules)
    complaints = " ".join(browser.complaints())
    check("what the policy forbids is heard of", "elsewhere.example" in complaints and "style" in complaints, complaints)
    browser.size(*PHONE)
    check("what is too wide for a phone is told", browser.overflow() > 500, browser.overflow())
    browser.size(*DESK)
    browser.open(server.address())
    again = browser.shot()
    check("two pictures of one page are one picture", difference(first, again)[0] == 0, difference(first, again)[0])
    goldens = Goldens(folder / "good", folder / "found", writes=False)
    check("without a good one nothing is good", "there is no good one" in (goldens.fault("rig", first) or ""))
    (folder / "good").mkdir()
    (folder / "good/rig.png").write_bytes(first)
    check("the good one is", goldens.fault("rig", again) is None)
    browser.script("document.querySelector('h1').style.color = '#600'")
    check("another colour of one line is seen", goldens.fault("rig", browser.shot()) is None and difference(first, browser.shot())[0] > 0)
    browser.script("document.querySelector('h1').style.padding = '8px'")
    check("what has moved is not the good one", "pixels differ" in (goldens.fault("rig", browser.shot()) or ""))
    browser.size(*PHONE)
    check("nor is another size", "another size" in (goldens.fault("rig", browser.shot()) or ""))


def attacked(server):
    begin = time.monotonic()
    found = [one for one in scan(server.address()) if one[0] not in ("info", "low")]
    check("wapiti finds nothing where nothing is", found == [], found)
    print(f"# a scan in {time.monotonic() - begin:.1f} s")
    found = scan(server.address(), modules="xss", starts=[server.address("/echo?text=a")])
    check("and what is there", [one[2] for one in found if one[0] in ("medium", "high", "critical")] == ["/echo"], found)


def run():
    begin = time.monotonic()
    server = Server()
    with tempfile.TemporaryDirectory(prefix="gatehouse-page.") as folder, Browser(folder) as browser:
        at_failure.append(browser.close)
        print(f"# a browser in {time.monotonic() - begin:.1f} s")
        seen(browser, server)
        done(browser, server)
        judged(browser, server, pathlib.Path(folder))
    attacked(server)
    server.shutdown()
