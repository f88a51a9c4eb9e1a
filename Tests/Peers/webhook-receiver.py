#!/usr/bin/env python3
"""A receiver of alerts with Python's own TLS: checks signatures by itself, fails as it is told, writes an ordered log.

Usage: webhook-receiver.py CERTIFICATE KEY LOG PORT SECOND_PORT /PATH=SECRET_FILE...
Commands on the input: ok PATH | fault PATH MODE | turns PATH MODE... | up | down
The second port is closed until `up`. Modes: hang, close, redirect, or a status. `turns` gives one mode a request.
Each request is one line of the log: PATH KEY SIGNATURE ATTEMPT BODY-DIGEST ANSWER.
"""
import hashlib
import hmac
import http.server
import ssl
import sys
import threading
import time

certificate, key, log_path, port, second_port = sys.argv[1:6]
secrets = {}
for word in sys.argv[6:]:
    path, file = word.split("=", 1)
    secrets[path] = open(file, "rb").read().rstrip(b"\n")
lock = threading.Lock()
faults = {}
turns = {}
log = open(log_path, "a")


def signature(header, body, secret):
    try:
        t, v1 = (part.split("=", 1)[1] for part in header.split(","))
    except (ValueError, IndexError):
        return "unsigned"
    good = hmac.new(secret, t.encode() + b"." + body, "sha256").hexdigest()
    if not hmac.compare_digest(v1, good):
        return "forged"
    return "good" if abs(time.time() - int(t)) < 300 else "old"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            waiting = turns.get(self.path)
            mode = waiting.pop(0) if waiting else faults.get(self.path, "200")
            seal = signature(self.headers.get("X-Gatehouse-Signature", ""), body, secrets.get(self.path, b""))
            if seal != "good":
                mode = "401"
            words = [self.path, self.headers.get("Idempotency-Key", "-"), seal]
            words += [self.headers.get("X-Gatehouse-Attempt", "-"), hashlib.sha256(body).hexdigest()[:16], mode]
            log.write(" ".join(words) + "\n")
            log.flush()
        self.close_connection = True
        if mode == "hang":
            threading.Event().wait(3)
        elif mode == "close":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        elif mode == "redirect":
            self.send_response(307)
            self.send_header("Location", "/trap")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_response(int(mode))
            self.send_header("X-Receipt", "r-1")
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def get_request(self):
        connection, address = self.socket.accept()
        # The handshake belongs to the thread of the request: one that stalls must not hold up the others.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, address):
        pass


Server(int(port))
second = None
print("ready", flush=True)
for line in sys.stdin:
    verb, *words = line.split()
    with lock:
        if verb == "fault":
            faults[words[0]] = words[1]
        elif verb == "turns":
            turns[words[0]] = words[1:]
        elif verb == "ok":
            faults.pop(words[0], None)
            turns.pop(words[0], None)
        elif verb == "up" and second is None:
            second = Server(int(second_port))
        elif verb == "down" and second is not None:
            second.shutdown()
            second.server_close()
            second = None
    print("done", line.strip(), flush=True)
