"""Several OSDP readers that we did not write on one bus, and a bad wire between them and the panel: PyPI's libosdp as
peripheral devices, each fed with the frames for its address; what they answer is garbled, dropped, late, split or doubled.

usage: osdp-bus.py LINK COUNT SEED [KEYS]     KEYS: a file with one key of 32 hexadecimal digits for each reader

Commands on the input: card ADDRESS BITS | flood ADDRESS | calm | faults PERCENT | lose N | repeat exactly|anew | quit

libosdp takes a repeated command for a new one, and in a session refuses it. With `repeat exactly` each reader's last answer
is kept before it, and comes again as the standard has it. `lose N` drops one answer in N. What was in an answer that got lost
and is not repeated is held by nobody any more: `gone ADDRESS BITS` says of a card.
"""
import collections
import fcntl
import os
import random
import struct
import sys
import threading
import time
import tty

from osdp import *


class Line(Channel):
    """One reader's end of the bus."""

    def __init__(self, bus):
        super().__init__()
        self.bus = bus
        self.heard = collections.deque()
        self.command = self.answer = b""
        self.isLost = False

    def read(self, max_bytes):
        octets = b""
        while self.heard and len(octets) < max_bytes:
            octets += bytes([self.heard.popleft()])
        return octets

    def write(self, buf):
        self.answer = bytes(buf)
        self.isLost = not self.bus.answer(self.answer)
        return len(buf)

    def flush(self):
        self.heard.clear()


class Bus:
    def __init__(self, link, count, seed, keys):
        self.master, self.slave = os.openpty()
        slave = self.slave
        tty.setraw(slave)
        if os.path.islink(link):
            os.unlink(link)
        os.symlink(os.ttyname(slave), link)
        self.dice = random.Random(seed)
        self.percent = self.oneIn = 0
        self.repeatsExactly = False
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.isCalm = threading.Event()
        self.lines = {}
        self.readers = {}
        for address in range(1, count + 1):
            line = self.lines[address] = Line(self)
            key = bytes.fromhex(keys[address - 1]) if keys else None
            self.readers[address] = PeripheralDevice(
                PDInfo(address, line, scbk=key, flags=[LibFlag.EnforceSecure] if key else []),
                PDCapabilities([
                    (Capability.OutputControl, 1, 1), (Capability.LEDControl, 1, 1), (Capability.AudibleControl, 1, 1),
                    (Capability.CardDataFormat, 1, 0), (Capability.CheckCharacter, 1, 0),
                    (Capability.CommunicationSecurity, 1, 1),
                ]),
                log_level=LogLevel.Emergency)
            self.readers[address].set_command_handler(lambda command: (0, None))
            self.readers[address].set_event_completion_handler(lambda event, status, at=address: self.told(at, event))
        for reader in self.readers.values():
            reader.start()

    def told(self, address, event):
        """The reader sent its event and let it go."""
        if self.lines[address].isLost and not self.repeatsExactly and event["event"] == Event.CardRead:
            bits = "".join(f"{octet:08b}" for octet in event["data"])[:event["length"]]
            # One piece: the readers have threads of their own.
            os.write(1, f"gone {address} {bits}\n".encode())

    def answer(self, octets):
        """False for an answer of which nothing arrives."""
        with self.lock:
            self.counts["answers"] += 1
            if self.oneIn and self.dice.randrange(self.oneIn) == 0:
                self.counts["lost"] += 1
                return False
            fault = self.dice.choice(["garbled", "dropped", "late", "split", "doubled"]) if self.dice.random() * 100 < self.percent else "whole"
            self.counts[fault] += 1
            if fault == "dropped":
                return False
            if fault == "garbled":
                place = self.dice.randrange(len(octets))
                octets = octets[:place] + bytes([octets[place] ^ (1 << self.dice.randrange(8))]) + octets[place + 1:]
            if fault == "late":
                time.sleep(self.dice.uniform(0.02, 0.15))
            if fault == "split":
                place = self.dice.randrange(1, len(octets))
                os.write(self.master, octets[:place])
                time.sleep(0.004)
                octets = octets[place:]
            os.write(self.master, octets * 2 if fault == "doubled" else octets)
            return True

    def serve(self):
        """Cuts what the panel says into frames and gives each to the reader that it is for."""
        pending = b""
        while True:
            pending += os.read(self.master, 4096)
            while True:
                start = pending.find(b"\x53")
                if start < 0 or len(pending) < start + 5:
                    break
                length = pending[start + 2] | pending[start + 3] << 8
                if len(pending) < start + length:
                    break
                frame, pending = pending[start:start + length], pending[start + length:]
                # A pseudo-terminal carries octets at any speed; a wire does not.
                if self.speed() != 115200:
                    continue
                for address, line in self.lines.items():
                    if frame[1] & 0x7F not in (address, 0x7F):
                        continue
                    if self.repeatsExactly and frame == line.command and frame[4] & 3 and line.answer:
                        self.answer(line.answer)
                        continue
                    line.command, line.answer = frame, b""
                    line.heard.extend(b"\xff" + frame)

    def flood(self, address):
        """A key at this reader for each poll, until there is calm."""
        def press():
            while not self.isCalm.wait(0.01):
                self.readers[address].submit_event({"event": Event.KeyPress, "reader_no": 0, "data": b"7"})
            # It kept thousands, and would give them out one a second.
            self.readers[address].ctx.flush_events()

        self.isCalm.clear()
        threading.Thread(target=press, daemon=True).start()

    def speed(self):
        # TCGETS2: the panel sets speeds as numbers, which the older call does not show.
        return struct.unpack_from("I", fcntl.ioctl(self.slave, 0x802C542A, bytes(44)), 40)[0]


bus = Bus(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), open(sys.argv[4]).read().split() if len(sys.argv) > 4 else None)
threading.Thread(target=bus.serve, daemon=True).start()
print("bus ready", flush=True)
for command in sys.stdin:
    words = command.split()
    if words[0] == "card":
        bits = words[2]
        data = int(bits.ljust((len(bits) + 7) // 8 * 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big")
        bus.readers[int(words[1])].submit_event({
            "event": Event.CardRead, "reader_no": 0, "direction": 0, "format": CardFormat.Unspecified, "length": len(bits), "data": data})
    elif words[0] == "flood":
        bus.flood(int(words[1]))
    elif words[0] == "calm":
        bus.isCalm.set()
    elif words[0] == "faults":
        bus.percent = float(words[1])
        print("faults", words[1], dict(bus.counts), flush=True)
    elif words[0] == "lose":
        bus.oneIn = int(words[1])
        print("lose", words[1], bus.counts["lost"], bus.counts["answers"], flush=True)
    elif words[0] == "repeat":
        bus.repeatsExactly = words[1] == "exactly"
    else:
        break
os._exit(0)
