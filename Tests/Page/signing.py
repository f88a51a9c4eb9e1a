"""Signing in and out: who gets in, with what, for how long."""

import base64
import hmac
import pathlib
import re
import struct
import time

from gate import check, eventually
from page import PASSWORD, Client


def code(secret, step):
    """RFC 6238 with its usual 30 seconds and 6 digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def is_in(client):
    return client.get("/settings").status == 200


def doors(page):
    """The door of the page: right, wrong, paused, with a code, switched off, once."""
    client = Client(page, "192.0.2.1")
    answer = client.get("/log?decision=denied")
    check("sign-in: a stranger is led to it, and back from it", answer.status == 303 and answer["Location"] == "/sign-in?to=%2Flog%3Fdecision%3Ddenied", answer.headers)
    check("sign-in: a stranger sees nothing of the site", page.gate.configuration.split("name: ")[1].split(",")[0] not in client.get("/sign-in").text)
    for what, name, password in (("another password", "zhang", "x" * 20), ("a name that is none", "nobody", PASSWORD)):
        answer = client.sign_in(name, password)
        check(f"sign-in: {what} is refused in the same words", answer.status == 401 and "is not right" in answer.text and not is_in(client), answer.text[:300])
    answer = client.sign_in("zhang", to="/log?decision=denied")
    check("sign-in: who they are gets in, where they wanted to go", answer.status == 303 and answer["Location"] == "/log?decision=denied" and is_in(client), answer.headers)
    check("sign-in: and nowhere else", Client(page, "192.0.2.2").sign_in("zhang", to="//elsewhere.example/")["Location"] == "/")

    guesser = Client(page, "192.0.2.3")
    answers = [guesser.sign_in("zhang", f"guess number {n} of many") for n in range(4)]
    check("sign-in: after some tries it waits", answers[-1].status == 429 and int(answers[-1]["Retry-After"]) >= 1, [one.status for one in answers])
    answer = guesser.sign_in("zhang")
    check("sign-in: the right one too, from there", answer.status == 429 and not is_in(guesser))
    check("sign-in: and not from elsewhere", Client(page, "192.0.2.4").sign_in("zhang").status == 303)

    page.operator("change", "wang", "--disable")
    answer = Client(page, "192.0.2.5").sign_in("wang")
    check("sign-in: an account that is switched off is told so", answer.status == 403 and "switched off" in answer.text, answer.status)
    page.operator("change", "wang", "--enable")

    told = page.operator("totp", "wang")
    secret = re.search(r"secret=([A-Z2-7]+)", told)[1]
    client = Client(page, "192.0.2.6")
    answer = client.sign_in("wang")
    check("sign-in: a code is asked for", answer.status == 200 and 'name="code"' in answer.text and not is_in(client))
    answer = client.sign_in("wang", code="000000")
    check("sign-in: another code is refused", answer.status == 401 and not is_in(client), answer.status)
    now = int(time.time()) // 30
    right = code(secret, now)
    check("sign-in: the right one opens", client.sign_in("wang", code=right).status == 303 and is_in(client))
    check("sign-in: once", Client(page, "192.0.2.7").sign_in("wang", code=right).status == 401)
    page.operator("totp", "wang", "--off")

    once = page.once()
    path = "/" + once.split("/", 3)[3]
    client = Client(page, "192.0.2.8")
    check("sign-in: an address from the machine signs in", client.get(path).status == 303 and is_in(client))
    check("sign-in: who came so has no account to keep colours in, and is told", client.post("/settings", palette="dark").status == 422)
    answer = Client(page, "192.0.2.9").get(path)
    check("sign-in: once", answer.status == 403 and "was used" in answer.text, answer.status)


def sessions(page):
    """What a browser keeps is worth something for as long as it should be."""
    client = Client(page, "192.0.2.20")
    client.jar["__Host-session"] = "A" * 43
    client.sign_in("zhang")
    check("sessions: what stood in the cookie before is not what stands there now", client.jar["__Host-session"] != "A" * 43 and is_in(client))
    first = dict(client.jar)
    client.sign_in("zhang")
    old = Client(page)
    old.jar = first
    check("sessions: signing in again ends the one before", is_in(client) and not is_in(old))
    flags = client.ask("POST", "/sign-in", {"token": client.token("/sign-in"), "name": "zhang", "password": PASSWORD}).cookies()
    kept = [one for one in flags if "Max-Age=0" not in one]
    check("sessions: cookies of this host, hidden from scripts, over TLS, from no other page", kept and all(
        one.startswith("__Host-") and all(word in one for word in ("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/")) and "Domain" not in one for one in kept), kept)
    kept = dict(client.jar)
    half = Client(page)
    half.jar = {"__Host-session": kept["__Host-session"][:21]}
    check("sessions: half a cookie is none", not is_in(half))
    answer = client.post("/sign-out")
    gone = Client(page)
    gone.jar = kept
    check("sessions: signing out ends it, wherever it was kept", answer.status == 303 and not is_in(client) and not is_in(gone), answer.headers)
    check("sessions: and the browser forgets", answer["Clear-Site-Data"] and any("__Host-session=;" in one and "Max-Age=0" in one for one in answer.cookies()), answer.headers)

    for what, words in (("another role", ("change", "wang", "--role", "viewer")), ("switched off", ("change", "wang", "--disable"))):
        page.operator("change", "wang", "--enable")
        client = Client(page, "192.0.2.21")
        client.sign_in("wang")
        assert is_in(client)
        watch = Watch(page, client)
        page.operator(*words)
        check(f"sessions: {what} ends them", not is_in(client))
        check(f"sessions: {what} ends what streams", eventually(lambda: watch.over, 15), watch.events[-3:])
    page.operator("change", "wang", "--enable", "--role", "manager")


def watched(page):
    """Each session is watched by itself, and once, however often its page is loaded again."""
    clients = [Client(page, f"192.0.2.{30 + number}") for number in range(2)]
    for client in clients:
        client.sign_in("wang")
    watches = [Watch(page, client) for client in clients]
    for client, watch in zip(clients, watches):
        check("watched: the gates that come carry the forms of this session", eventually(lambda: client.token() in watch.text, 10), watch.events)
    for watch in watches:
        watch.close()
    for _ in range(6):
        watch = Watch(page, clients[0])
        assert eventually(lambda: watch.heard("here"), 10), watch.events
        watch.close()
    last = Watch(page, clients[0])

    def threads():
        return sum((task / "comm").read_text().strip() == "watch" for task in pathlib.Path(f"/proc/{page.watcher()}/task").iterdir())

    check("watched: a page that is loaded again is not watched twice", eventually(lambda: threads() == 1, 15), threads())
    last.close()


class Watch:
    """What one tab hears, with when it heard it."""

    def __init__(self, page, client, after=None):
        import http.client
        import threading
        self.events, self.over, self.text = [], False, ""
        self.connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.jar.items())}
        self.connection.request("GET", "/events" + (f"?after={after}" if after is not None else ""), headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        name, number = None, None
        try:
            while line := self.answer.readline():
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "data":
                    self.text += value
                if key == "event":
                    name, number = value, None
                elif key == "id":
                    number = int(value)
                elif not key and name:
                    self.events.append((time.time(), name, number))
                    name = None
        except (OSError, ValueError, AttributeError):
            pass
        self.over = True

    def heard(self, name, number=None):
        return next((at for at, one, its in self.events if one == name and (number is None or its == number)), None)

    def close(self):
        import socket
        if self.connection.sock:
            self.connection.sock.shutdown(socket.SHUT_RDWR)
