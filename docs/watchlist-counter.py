#!/usr/bin/env python3
"""Counts what the watchlist's oversight publishes, from the journal itself, without a program of Gatehouse.

    watchlist-counter.py JOURNAL.db OPENINGS FROM UNTIL

JOURNAL.db is a copy of the database (only its leaves are read; no key), OPENINGS the file of `gatehousectl watchlist counters
--openings`: a line a note, its number in the journal and its key. FROM and UNTIL are dates (UTC). `openssl` opens the notes.
Each leaf is held against the hash beside it; whether that hash stands under a signed head says `docs/case-checker.py`.
"""

import calendar
import hashlib
import sqlite3
import subprocess
import sys
import time

KINDS = {0: "blank", 1: "hit", 2: "settled", 3: "lapsed", 4: "crowdedOut", 5: "confirmed", 6: "notThePerson",
         7: "suspended", 8: "added", 9: "renewed", 10: "withdrawn", 11: "expired", 12: "refused", 13: "replaced"}
CATEGORIES = {1: "warrant", 2: "missing", 3: "protective"}
COLUMNS = ("entries", "hits", "confirmed", "notThePerson", "suspended", "hours")


class Wrong(Exception):
    pass


def item(octets, at):
    """One value of the canonical bytes (CBOR, RFC 8949, of definite length) and where the next one begins."""
    major, small = octets[at] >> 5, octets[at] & 31
    at += 1
    if small < 24:
        number = small
    elif small <= 27:
        size = 1 << small - 24
        number, at = int.from_bytes(octets[at:at + size], "big"), at + size
    else:
        raise Wrong("a length that no canonical bytes have")
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        part = octets[at:at + number]
        return (part if major == 2 else part.decode()), at + number
    if major == 4:
        parts = []
        for _ in range(number):
            part, at = item(octets, at)
            parts.append(part)
        return parts, at
    if major == 5:
        parts = {}
        for _ in range(number):
            name, at = item(octets, at)
            parts[name], at = item(octets, at)
        return parts, at
    if major == 7:
        return {20: False, 21: True}.get(small), at
    raise Wrong("a value that no canonical bytes have")


def opened(sealed, key):
    """AES-256-GCM without its tag: the form of what comes out is the check. Its counter begins at 2."""
    done = subprocess.run(["openssl", "enc", "-d", "-aes-256-ctr", "-nopad", "-K", key, "-iv", sealed[:12].hex() + "00000002"],
                          input=sealed[12:-16], capture_output=True, check=True)
    plain = done.stdout
    if len(plain) != 192 or plain[0] != 2 or plain[1] not in KINDS or any(plain[182:]):
        raise Wrong("the key does not open it")
    text = plain[5:5 + plain[4]].decode()
    return KINDS[plain[1]], CATEGORIES.get(plain[2]), text


def notes(path, openings):
    """(time, kind, category, entry) of each opened note, in their order."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    for line in sorted(open(openings), key=lambda line: int(line.split()[0])):
        number, key = line.split()
        row = database.execute("SELECT leaf, hash FROM journal WHERE seq = ?", (int(number),)).fetchone()
        if row is None:
            raise Wrong(f"entry {number} is not in the journal")
        leaf, digest = row
        if hashlib.sha256(b"\0" + leaf).digest() != digest:
            raise Wrong(f"entry {number}: its leaf has another hash")
        fields, _ = item(leaf, 0)
        if fields["kind"] != "sealed" or fields["seq"] != int(number):
            raise Wrong(f"entry {number} is no sealed note")
        try:
            yield (fields["at"], *opened(fields["detail"]["note"], key))
        except (Wrong, subprocess.CalledProcessError, UnicodeDecodeError) as fault:
            raise Wrong(f"entry {number}: {fault}") from fault


def count(all_notes, begin, end):
    lives, rows, refused = {}, {}, 0
    for at, kind, category, entry in all_notes:
        inside = begin <= at < end
        if kind == "refused":
            refused += inside
            continue
        life = lives.setdefault(entry, dict.fromkeys(COLUMNS, 0) | {"category": None, "added": None})
        life["category"] = category or life["category"]
        if kind == "added":
            life["added"] = at
        elif kind == "hit":
            life["hits"] += 1
        elif kind in ("confirmed", "notThePerson", "suspended"):
            life[kind] += 1
        elif kind in ("withdrawn", "expired", "replaced"):
            life = lives.pop(entry)
            if not inside or not life["category"]:
                continue
            row = rows.setdefault(life["category"], dict.fromkeys(COLUMNS, 0))
            for name in COLUMNS[1:-1]:
                row[name] += life[name]
            row["entries"] += 1
            row["hours"] += max(0, (at // 1000) - (life["added"] // 1000)) if life["added"] is not None else 0
    for row in rows.values():
        row["hours"] = row["hours"] // 3600 // row["entries"]
    return rows, refused


def main(path, openings, begin, end):
    def moment(text):
        return calendar.timegm(time.strptime(text, "%Y-%m-%d")) * 1000

    rows, refused = count(notes(path, openings), moment(begin), moment(end))
    print("category", *COLUMNS)
    for category in CATEGORIES.values():
        if category in rows:
            print(category, *(rows[category][name] for name in COLUMNS))
    print("refused", refused)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Wrong as fault:
        sys.exit(f"watchlist-counter: {fault}")
    except TypeError:
        sys.exit(__doc__)
