"""An OSDP reader that we did not write: PyPI's libosdp as peripheral device on a pseudo-terminal.

usage: osdp-reader.py LINK ADDRESS [KEY]     commands on the input: card BITS | keys TEXT | input 0|1 | quit

With a KEY of 32 hexadecimal digits it takes the secure channel only; with `install` it waits for a key; without, it
speaks in clear.
"""
import os
import sys
import tty

from osdp import *


class Terminal(Channel):
    def __init__(self, descriptor):
        super().__init__()
        self.descriptor = descriptor

    def read(self, max_bytes):
        try:
            return os.read(self.descriptor, max_bytes)
        except (BlockingIOError, OSError):
            return b""

    def write(self, buf):
        try:
            return os.write(self.descriptor, buf)
        except BlockingIOError:
            return 0

    def flush(self):
        pass


master, slave = os.openpty()
tty.setraw(slave)
os.set_blocking(master, False)
link, address = sys.argv[1], int(sys.argv[2])
key = sys.argv[3] if len(sys.argv) > 3 else None
flags = [LibFlag.InstallMode] if key == "install" else [LibFlag.EnforceSecure] if key else []
scbk = bytes.fromhex(key) if key and key != "install" else None
if os.path.islink(link):
    os.unlink(link)
os.symlink(os.ttyname(slave), link)
reader = PeripheralDevice(
    PDInfo(address, Terminal(master), scbk=scbk, flags=flags),
    PDCapabilities([
        (Capability.OutputControl, 1, 1), (Capability.LEDControl, 1, 1), (Capability.AudibleControl, 1, 1),
        (Capability.CardDataFormat, 1, 0), (Capability.CheckCharacter, 1, 0), (Capability.ContactStatusMonitoring, 1, 1),
        (Capability.CommunicationSecurity, 1, 1), (Capability.TextOutput, 1, 1),
    ]),
    log_level=LogLevel.Error)


def carry_out(command):
    if command["command"] == Command.Output:
        print("output", command["output_no"], command["control_code"], command["timer_count"], flush=True)
    if command["command"] == Command.Text:
        print("text", command["data"], flush=True)
    return 0, None


incoming = {}


def write_file(octets, offset):
    incoming["content"] = incoming.get("content", b"")[:offset] + bytes(octets)
    return len(octets)


def close_file(number):
    with open(link + ".file", "wb") as file:
        file.write(incoming.pop("content", b""))
    return 0


reader.set_command_handler(carry_out)
reader.start()
reader.register_file_ops({
    "open": lambda number, size: size, "read": lambda size, offset: b"", "write": write_file, "close": close_file})
print("reader ready", flush=True)
for line in sys.stdin:
    words = line.split()
    if words[0] == "card":
        bits = words[1]
        data = int(bits.ljust((len(bits) + 7) // 8 * 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big")
        reader.submit_event({"event": Event.CardRead, "reader_no": 0, "direction": 0, "format": CardFormat.Unspecified,
                             "length": len(bits), "data": data})
    elif words[0] == "keys":
        reader.submit_event({"event": Event.KeyPress, "reader_no": 0, "data": words[1].encode()})
    elif words[0] == "input":
        reader.submit_event({"event": Event.Status, "type": StatusReportType.Input, "report": bytes([int(words[1])])})
    else:
        break
reader.stop()
os.unlink(link)
