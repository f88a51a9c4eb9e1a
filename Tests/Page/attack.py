"""Attacks on the page, raw on its socket where a browser would not do it. Each is refused or told, and a guard goes on working."""

import concurrent.futures
import http.client
import os
import re
import signal
import socket
import sqlite3
import threading
import time
import urllib.parse

import gate as harness
from gate import check, eventually
from page import PASSWORD, Client, within
from scanner import scan
from signing import Watch, is_in

HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "Cache-Control")


def signed_in(page, name="li.na", address="192.0.2.50"):
    client = Client(page, address)
    assert client.sign_in(name).status == 303
    return client


def raw(page, octets, seconds=10):
    """What comes back for these octets, until the other side closes or is silent for a while."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=seconds) as connection:
        heard = b""
        try:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                heard += part
        except OSError:
            pass
    return heard


def authority(page):
    """Nobody and the wrong one: each address, each method."""
    stranger = Client(page)
    for path in ("/", "/shift", "/live", "/log", "/log/1", "/people", "/people/R-1", "/rentals", "/reports", "/health", "/settings", "/shift/end", "/picture/1", "/import"):
        for method in ("GET", "HEAD"):
            answer = stranger.ask(method, path)
            check(f"attack: {method} {path} of nobody leads to the sign-in", answer.status == 303 and answer["Location"].startswith("/sign-in"), answer.status)
    check("attack: a stream of nobody is refused", stranger.get("/events").status == 401)
    for path in ("/gates/lane", "/alarms/1", "/settings", "/people/R-1", "/sign-out"):
        answer = stranger.ask("POST", path, {"token": "x", "act": "open", "reason": "x"})
        check(f"attack: a form of nobody at {path} does nothing", answer.status == 303 and answer["Location"] == "/sign-in", answer.status)
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "GET2"):
        answer = raw(page, f"{method} /settings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        check(f"attack: {method} is no method of the page", re.match(rb"HTTP/1.1 (400|405) ", answer), answer[:80])
    guard, viewer = signed_in(page, "zhang", "192.0.2.51"), signed_in(page, "viewer", "192.0.2.52")
    check("attack: a guard reads no register of one", guard.get("/people/R-1").status in (403, 404))
    before = page.gate.pulses("lane")
    answer = viewer.post("/gates/lane", act="open", reason="x")
    check("attack: a viewer opens nothing", answer.status == 403 and page.gate.pulses("lane") == before, answer.status)
    # Two tabs of one browser, of which the second signed in as somebody else: the first has lost its form.
    token = guard.token()
    guard.jar = {name: value for name, value in guard.jar.items() if name != "__Host-device"}
    assert guard.sign_in("viewer").status == 303
    answer = guard.ask("POST", "/gates/lane", {"token": token, "act": "open", "reason": "x"})
    check("attack: a tab of an earlier role does nothing", answer.status == 403 and page.gate.pulses("lane") == before, answer.status)


def forgery(page):
    """Forms from elsewhere."""
    client = signed_in(page)
    token = client.token()
    answer = client.ask("POST", "/sign-out?token=" + token, form={"x": "1"})
    check("attack: a token in the address is none", answer.status == 403 and client.token() == token, answer.status)
    acknowledged = len(page.gate.seen(kind="order", outcome="acknowledged"))
    answer = client.post("/alarms/1", reason="never looked")
    check("attack: what was on no screen does not count as seen", answer.status == 422 and "was not on your screen" in answer.text
          and len(page.gate.seen(kind="order", outcome="acknowledged")) == acknowledged, answer.status)
    before = page.gate.pulses("lane")
    form = {"act": "open", "reason": "forged"}
    here = f"http://127.0.0.1:{page.port}"
    for what, fields, headers in (
        ("without a token", form, {}),
        ("with half a token", form | {"token": token[:20]}, {}),
        ("with another session's token", form | {"token": signed_in(page, "wang", "192.0.2.53").token()}, {}),
        ("from another site", form | {"token": token}, {"Sec-Fetch-Site": "cross-site"}),
        ("from another site of this host", form | {"token": token}, {"Sec-Fetch-Site": "same-site"}),
        ("from another origin", form | {"token": token}, {"Sec-Fetch-Site": None, "Origin": "https://elsewhere.example"}),
        ("from an origin that begins like this one", form | {"token": token}, {"Sec-Fetch-Site": None, "Origin": here + ".elsewhere.example"}),
        ("from no origin", form | {"token": token}, {"Sec-Fetch-Site": None, "Origin": "null"}),
        ("without a word on where it began", form | {"token": token}, {"Sec-Fetch-Site": None}),
    ):
        answer = client.ask("POST", "/gates/lane", fields, headers)
        check(f"attack: a form {what} does nothing", answer.status == 403 and page.gate.pulses("lane") == before, answer.status)
    answer = client.ask("POST", "/gates/lane", form | {"token": token}, {"Sec-Fetch-Site": None, "Origin": here})
    check("attack: its own form, of a browser without Sec-Fetch-Site, does", answer.status == 303 and eventually(lambda: page.gate.pulses("lane") == before + 1), answer.status)
    answer = client.get("/gates/lane?act=open&reason=x&token=" + token)
    check("attack: and no address does what a form does", answer.status == 404 and page.gate.pulses("lane") == before + 1, answer.status)
    stranger = Client(page, "192.0.2.54")
    answer = stranger.ask("POST", "/sign-in", {"token": "A" * 43, "name": "li.na", "password": PASSWORD})
    check("attack: nor is somebody signed in by another page", answer.status == 403 and not is_in(stranger), answer.status)


def smuggling(page):
    """Requests that two programs could read as two different ones, and addresses that leave the tree."""
    second = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for what, head in (
        ("both lengths", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("two lengths", b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n"),
        ("a length with a sign", b"Content-Length: +0\r\n\r\n"),
        ("a coding of another name", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("chunked twice", b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        ("a blank before the colon", b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        ("a folded line", b"X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"),
        ("a chunk without an end", b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\nx\r\n0\r\n\r\n"),
    ):
        heard = raw(page, b"POST /sign-in HTTP/1.1\r\nHost: x\r\n" + head + second)
        answers = [int(code) for code in re.findall(rb"HTTP/1\.1 (\d+)", heard)]
        check(f"attack: {what}: refused, and no second request is read out of it", answers in ([400], [413], [501], []) or what == "a folded line" and len(answers) <= 2, answers)
    for address in ("/../etc/passwd", "/%2e%2e/etc/passwd", "/assets/../../x", "/log/..%2f..%2fx", "/a%00b", "/%ff", "/%", "*", "//elsewhere.example/", "http://elsewhere.example/"):
        heard = raw(page, f"GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        check(f"attack: {address} leads nowhere", re.match(rb"HTTP/1\.1 (303|400|404) ", heard) and b"root:" not in heard and b"Location: //" not in heard and b"Location: http" not in heard, heard[:200])
    for what, octets in (
        ("a header of 64 KiB", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65536 + b"\r\n\r\n"),
        ("1,000 headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(1000)) + b"\r\n"),
        ("an address of 64 KiB", b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a line feed in a header", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\n\rb\r\n\r\n"),
        ("a NUL in a header", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
        ("no request at all", os.urandom(4096)),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)),
    ):
        heard = raw(page, octets)
        check(f"attack: {what} is refused", re.match(rb"HTTP/1\.1 4\d\d ", heard) or heard == b"", heard[:80])
    client = signed_in(page)
    many = "&".join(f"f{n}=1" for n in range(10_000))
    check("attack: 10,000 filters in the address", client.get("/log?" + many).status == 400 or len(many) > 4096, client.get("/log?" + many).status)
    check("attack: 70 filters in the address", client.get("/log?" + "&".join(f"f{n}=1" for n in range(70))).status == 400)
    answer = client.get("/log?from=nonsense&until=%27%3B--&portal=" + urllib.parse.quote("<b>") + "&kind=x&before=-1&around=99999999999999999999")
    check("attack: filters that mean nothing are told", answer.status == 422 and "<b>" not in answer.text, answer.status)
    check("attack: the page goes on", is_in(client))


def headers(page):
    """What stands on every answer."""
    client = signed_in(page)
    for method, path in (("GET", "/shift"), ("GET", "/nothing"), ("GET", "/picture/999999"), ("HEAD", "/shift"), ("PUT", "/shift"), ("GET", "/log?" + "a=1&" * 70), ("GET", "/assets/none"), ("GET", "/sign-in"), ("GET", "/healthz"), ("POST", "/gates/lane")):
        answer = client.ask(method, path, {} if method == "POST" else None)
        missing = [name for name in HEADERS if answer[name] is None]
        check(f"attack: {method} {path[:20]} ({answer.status}) has its headers", not missing, missing)
        check(f"attack: {method} {path[:20]} is kept nowhere", "no-store" in answer["Cache-Control"] or path.startswith("/picture"), answer["Cache-Control"])
    policy = client.get("/shift")["Content-Security-Policy"]
    check("attack: the policy has no way around it", "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, policy)
    head, got = client.ask("HEAD", "/settings"), client.get("/settings")
    check("attack: HEAD is GET without its body", head.octets == b"" and head["Content-Length"] == got["Content-Length"], head.headers)
    check("attack: no answer says what serves it", got["Server"] is None and got["X-Powered-By"] is None, got.headers)


class Slow:
    """Connections that say as little as keeps them."""

    def __init__(self, page, count, head, drop):
        self.all = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", page.port), timeout=90)
            connection.sendall(head)
            self.all.append(connection)
        self.begun, self.drop, self.ends = time.monotonic(), drop, []
        threading.Thread(target=self.drip, daemon=True).start()

    def drip(self):
        pause = threading.Event()
        left = list(self.all)
        while left and time.monotonic() - self.begun < 100:
            for connection in list(left):
                try:
                    connection.sendall(self.drop)
                    connection.setblocking(False)
                    if connection.recv(4096, socket.MSG_PEEK) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    pass
                except OSError:
                    left.remove(connection)
                    self.ends.append(time.monotonic() - self.begun)
            pause.wait(2)

    def close(self):
        for connection in self.all:
            connection.close()


def crowds(page):
    """Slow ones, big ones, many: a guard is served all the while."""
    slow = [
        Slow(page, 200, b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: a\r\n"),
        Slow(page, 200, b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n", b"a"),
    ]
    client = signed_in(page, "zhang", "192.0.2.60")

    def served(what):
        begin = time.monotonic()
        answer = client.get("/shift")
        check(f"attack: {what}: a guard is served", answer.status == 200, answer.status)
        within(f"attack: {what}: within", time.monotonic() - begin, 1)

    served("400 slow connections")
    resident = page.resident()
    for what, body in (("100 MB by length", None), ("100 MB in chunks", (b"a" * 65536 for _ in range(1600)))):
        connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
        status = None
        try:
            if body is None:
                connection.putrequest("POST", "/sign-in")
                connection.putheader("Content-Length", str(100 << 20))
                connection.endheaders()
            else:
                connection.request("POST", "/sign-in", body, encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
            status = connection.getresponse().status
        except OSError:
            # Closed while it was still being sent.
            status = 413
        connection.close()
        check(f"attack: {what} is refused", status == 413, status)
    check("attack: and took no memory", page.resident() - resident < 16 << 10, resident, page.resident())

    watches = []
    for _ in range(20):
        watches.append(Watch(page, client))
    codes = [watch.status for watch in watches]
    check("attack: of one person's streams some are refused, with when to ask again", codes[0] == 200 and codes[-1] == 503 and watches[-1].answer.headers["Retry-After"], codes)
    for watch in watches:
        watch.close()
    held = []
    for _ in range(1000):
        connection = socket.create_connection(("127.0.0.1", page.port), timeout=30)
        connection.sendall(f"GET /events HTTP/1.1\r\nHost: x\r\nCookie: __Host-session={client.jar['__Host-session']}\r\n\r\n".encode())
        held.append(connection)
    # Those that the first crowd holds and these are more than there is room for: what is over waits for its turn.
    slow[0].close()
    served("1,000 streams")
    for connection in held:
        connection.close()

    begin = time.monotonic()
    codes = []

    def guess(number):
        guesser = Client(page, f"198.51.100.{number}")
        token = guesser.token("/sign-in")
        for n in range(6):
            codes.append(guesser.ask("POST", "/sign-in", {"token": token, "name": "zhang", "password": f"guess {n} of {number} or more"}).status)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    served("30 who guess")
    known = Client(page, "192.0.2.60")
    known.jar = {"__Host-device": client.jar["__Host-device"]}
    asked = time.monotonic()
    status = known.sign_in("zhang").status
    check("attack: the guard whose password is guessed signs in all the while", status == 303, status)
    within("attack: in", time.monotonic() - asked, 2)
    for thread in threads:
        thread.join()
    check("attack: nobody guessed, and most were not even asked", set(codes) <= {401, 429, 503} and 429 in codes, sorted(codes))
    print(f"#     {len(codes)} guesses in {time.monotonic() - begin:.1f} s")
    return slow


def outlasted(slow):
    """Connections that never come to an end are ended."""
    for what, crowd, limit in (("a slow body", slow[1], 31), ):
        ends = eventually(lambda: len(crowd.ends) == len(crowd.all) and crowd.ends, 100)
        check(f"attack: {what} is not waited for: {max(ends or [0]):.0f} s (at most {limit} s is meant)", bool(ends), len(crowd.ends))
        crowd.close()


def gone(page):
    """The daemon that hangs, and the one that is gone."""
    client = signed_in(page)
    page.gate.daemon.send_signal(signal.SIGSTOP)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(client.ask("GET", "/shift", seconds=90).status)) for _ in range(30)]
    for thread in threads:
        thread.start()
    eventually(lambda: False, 0.5)
    begin = time.monotonic()
    answer = Client(page).get("/assets/x/page.css", seconds=90)
    Client(page).token("/sign-in")
    within("attack: while the daemon hangs, the sign-in page is served", time.monotonic() - begin, 1)
    page.gate.daemon.send_signal(signal.SIGCONT)
    for thread in threads:
        thread.join()
    check("attack: and what waited is answered when it goes on", set(answers) <= {200, 503} and answer.status == 200, answers)
    page.gate.end()
    answer = client.get("/shift")
    check("attack: without a daemon the page says so", answer.status == 503 and "does not answer" in answer.text, answer.status)
    answer = client.post("/gates/lane", act="open", reason="x")
    check("attack: and does nothing", answer.status == 503, answer.status)
    check("attack: settings go on", client.get("/settings").status == 200)
    assert page.gate.start(), page.gate.log()


STRINGS = [
    "<script>window.ran=1</script>", "\"><img src=x onerror=window.ran=1>", "'><svg/onload=window.ran=1>", "javascript:window.ran=1", "</title><script>window.ran=1</script>",
    "<!--", "]]>", "{{7*7}}", "${7*7}", "%s%n%x", "'; DROP TABLE entry; --", "\" OR 1=1 --", "$(reboot)", "`reboot`", "|reboot", "../../etc/passwd", "=cmd|'/C calc'!A0",
    "\u202egnp.exe", "\u2066a\u2069", "a\u0000b", "\x1b[2J", "\r\nSet-Cookie: x=1", "a\u0301" * 60, "𝕳" * 90, "ئۇيغۇر", "བོད་", "\ufeff", "\ud7ff", "\ufffe", "x" * 65536,
]


def injected(page, browser):
    """Strings through every form and address: shown harmless, and nothing but entries came of them."""
    client = signed_in(page)
    token = client.token()
    schema = lambda: _schema(page)
    before = schema()
    asked = []

    def tried(text):
        quoted = urllib.parse.quote(text[:300], errors="surrogatepass")
        for path in ("/people?q=", "/log?portal=", "/log?person=", "/log?reason=x&person=", "/log?from=", "/shift?done=", "/shift?alarm=", "/people/", "/rentals/", "/health/reader/", "/log/", "/sign-in?to=", "/picture/", "/once/"):
            answer = client.get(path + quoted)
            asked.append(path)
            if answer.status >= 500 or any(mark in answer.text for mark in ("<script>window", "<img src=x", "<svg/onload", "\u202e", "\x00", "\x1b")) or any("x=1" in one for one in answer.cookies()):
                check(f"attack: {path} with {text[:30]!r} is harmless", False, answer.status, answer.text[:200])
        for path, fields in (
            ("/gates/nothing", {"act": "open"}), ("/gates/" + quoted[:90], {"act": "open", "reason": "x"}), ("/alarms/1", {}), ("/settings", {"language": text, "palette": text}), (f"/sign-out{quoted[:9]}", {}),
        ):
            answer = client.ask("POST", path, {"token": token, "reason": text, **fields})
            asked.append(path)
            if answer.status >= 500 or "<script>window" in answer.text:
                check(f"attack: a form at {path} with {text[:30]!r} is harmless", False, answer.status, answer.text[:200])
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(tried, STRINGS + [f"{one[:60]}{number}" for number in range(2) for one in STRINGS]))
    for octets in (b"\xff\xfe", b"reason=%ff", b"\xc0\xaf=1", b"token=%00&reason=\x00", b"a" * 70_000, b"&" * 70_000, b"=" * 1000):
        answer = client.ask("POST", "/gates/lane", octets)
        asked.append("/gates/lane")
        check(f"attack: a form of {octets[:12]!r} does nothing", answer.status in (400, 403, 413), answer.status)
    check(f"attack: {len(asked)} strings came to nothing, and the tables are what they were", schema() == before)
    # Shown where people look: reasons of orders, and names of the register.
    shown = [text for text in STRINGS if len(text) < 100 and "\0" not in text]
    (page.gate.dir / "hostile.csv").write_text("reference,name,role,community,dwelling\n" + "".join(f"H-{n},\"{text.replace(chr(34), chr(34) * 2)}\",staff,,\n" for n, text in enumerate(shown) if "\r" not in text and "\x1b" not in text), newline="")
    page.gate.ctl("import", page.gate.dir / "hostile.csv")
    for text in shown:
        client.ask("POST", "/gates/lane", {"token": token, "act": "open", "reason": text})
    orders = page.gate.seen(kind="order", portal="lane")
    check("attack: reasons are put down", len(orders) > 10, len(orders))
    for path in ("/log", "/people?q=H-", "/people/H-0", "/people/H-1", f"/log/{orders[-1]['seq']}", "/live"):
        browser.open(page.address(path))
        check(f"attack: no script ran on {path}", browser.script("return window.ran === undefined"))
    code, told = page.gate.ctl("journal", "verify")
    check("attack: the journal is whole", code == 0, told)


def _schema(page):
    with sqlite3.connect(f"file:{page.gate.dir}/gatehouse.db?mode=ro", uri=True) as database:
        tables = sorted(database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        rows = {name: database.execute(f"SELECT count(*) FROM \"{name}\"").fetchone()[0] for name in ("person", "credential", "dwelling", "tenancy") if any(one[0] == name for one in tables)}
    return tables, rows


def scanned(page):
    """wapiti, as nobody and as a manager."""
    begin = time.monotonic()
    bad = lambda found: [one for one in found if one[0] in ("medium", "high", "critical")]
    found = bad(scan(page.address("/sign-in"), modules="backup,cookieflags,crlf,csp,exec,file,http_headers,methods,redirect,sql,xss", seconds=12))
    check("attack: wapiti finds nothing as nobody", found == [], found[:5])
    client = signed_in(page, "wang", "192.0.2.70")
    cookie = f"Cookie: __Host-session={client.jar['__Host-session']}"
    found = bad(scan(page.address("/people"), modules="crlf,exec,file,redirect,sql,xss", headers=[cookie], starts=[page.address("/log?portal=lane"), page.address("/reports")], seconds=15))
    check("attack: nor as a manager", found == [], found[:5])
    print(f"#     two scans in {time.monotonic() - begin:.0f} s")
