#!/usr/bin/env python3
"""Streams of JPEGs over HTTP that are kept open, each as some camera sends them. Each frame says in a comment (COM) when it was made, by the
monotonic clock of the machine.

    mjpeg-camera.py PORT
"""

import http.server
import sys
import threading
import time


def segment(code, content):
    return bytes([0xFF, code]) + (len(content) + 2).to_bytes(2, "big") + content


def frame():
    head = segment(0xFE, b"made %d" % time.monotonic_ns()) + segment(0xC0, b"\x08\x01\x68\x02\x80\x01\x01\x11\0")
    return b"\xff\xd8" + head + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x55" * 40_000 + b"\xff\xd9"


class Camera(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mode = self.path.strip("/")
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=" + ("other" if mode == "boundary" else "frame"))
        self.end_headers()
        pause = threading.Event()
        count = 0
        try:
            while True:
                octets = frame()
                count += 1
                length = b"" if mode == "lengthless" else b"Content-Length: %d\r\n" % (7 if mode == "length" else len(octets))
                if mode == "half" and count % 2:
                    octets = octets[: len(octets) // 2]
                if mode == "page":
                    octets = b"<html>no picture here</html>"
                if mode == "huge":
                    octets = octets[:60] + bytes(50 << 20)
                if mode == "stalls" and count > 3:
                    pause.wait()
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n" + length + b"\r\n" + octets + b"\r\n")
                if mode == "ends" and count > 3:
                    return
                pause.wait(2 if mode == "huge" else 0.04)
        except OSError:
            pass

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Camera)
print("ready", flush=True)
server.serve_forever()
