#!/usr/bin/env python3
"""Cameras that fail in every way, each at a path of its own; digest authentication written down from RFC 7616.

Usage: camera.py PORT TLS_PORT CERTIFICATE KEY LOG
A line of the log is PATH and the scheme of the authorization that came with the request.
"""
import hashlib
import http.server
import re
import ssl
import sys
import threading

port, tls_port, certificate, key, log_path = sys.argv[1:6]
lock = threading.Lock()
log = open(log_path, "a")
count = 0
tries = {}


def segment(code, content):
    return bytes([0xFF, code]) + (len(content) + 2).to_bytes(2, "big") + content


def picture():
    """A JPEG by its markers, 640 by 360: 200 kB of coded data that differ each time."""
    global count
    with lock:
        count += 1
        head = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xC0, b"\x08\x01\x68\x02\x80\x01\x01\x11\0")
        return b"\xff\xd8" + head + segment(0xDA, b"\1\1\0\0\x3f\0") + count.to_bytes(4, "big") * 50_000 + b"\xff\xd9"


def digest_is_good(header, method, name):
    hash_of = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[name]
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', header))

    def h(text):
        return hash_of(text.encode()).hexdigest()

    secret = h("gate:camera:picture-password")
    request = h(f"{method}:{fields.get('uri', '')}")
    middle = ":".join(fields.get(word, "") for word in ("nonce", "nc", "cnonce", "qop"))
    is_named = fields.get("algorithm", "MD5") == name and fields.get("nonce") == "b7c1"
    return is_named and fields.get("response") == h(f"{secret}:{middle}:{request}")


class Camera(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        authorization = self.headers.get("Authorization", "")
        with lock:
            log.write(f"{self.path} {authorization.split(' ')[0] or '-'}\n")
            log.flush()
        self.close_connection = True
        mode = self.path.strip("/")
        if mode in ("good", "tls"):
            self.answer(200, picture())
        elif mode == "hang":
            threading.Event().wait(60)
        elif mode == "busy":
            # Asked twice in its own time of waking up, and ready then.
            with lock:
                tries["busy"] = tries.get("busy", 0) + 1
                is_ready = tries["busy"] % 3 == 0
            self.answer(200 if is_ready else 503, picture() if is_ready else b"")
        elif mode == "tail":
            self.answer(200, picture() + bytes.fromhex("6468617659190100"))
        elif mode == "empty":
            self.answer(200, b"")
        elif mode == "huge":
            self.answer(200, b"\xff\xd8\xff" + bytes(50 << 20) + b"\xff\xd9")
        elif mode == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff")
            while True:
                self.wfile.write(bytes(65536))
        elif mode == "page":
            self.answer(200, b"<html>sign in</html>")
        elif mode == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 200010\r\n\r\n" + picture()[:90_000])
        elif mode == "rude":
            # No length, and the end of TLS unsaid: the picture's own end is all there is.
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + picture())
        elif mode == "redirect":
            self.answer(302, b"", {"Location": "/trap"})
        elif mode in ("md5", "sha256"):
            name = {"md5": "MD5", "sha256": "SHA-256"}[mode]
            if authorization.startswith("Digest ") and digest_is_good(authorization, "GET", name):
                return self.answer(200, picture())
            challenge = f'Digest realm="camera", nonce="b7c1", qop="auth", algorithm={name}'
            self.answer(401, b"", {"WWW-Authenticate": challenge})
        elif mode in ("basic", "allowed"):
            # base64 of gate:picture-password
            if authorization == "Basic Z2F0ZTpwaWN0dXJlLXBhc3N3b3Jk":
                return self.answer(200, picture())
            self.answer(401, b"", {"WWW-Authenticate": 'Basic realm="camera"'})
        else:
            self.answer(404, b"")

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, address):
        pass


secure = Server(("127.0.0.1", int(tls_port)), Camera)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
secure.socket = context.wrap_socket(secure.socket, server_side=True)
threading.Thread(target=secure.serve_forever, daemon=True).start()
plain = Server(("127.0.0.1", int(port)), Camera)
print("ready", flush=True)
plain.serve_forever()
