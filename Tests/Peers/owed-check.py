#!/usr/bin/env python3
"""Holds what the receiver saw and what stands in the picture folder against the database.

Usage: owed-check.py alerts DATABASE LOG  |  owed-check.py pictures DATABASE FOLDER
Says each fault in a line; the status is the number of faults, 100 at most.
"""
import collections
import hashlib
import os
import sqlite3
import sys

what, database, other = sys.argv[1:4]
connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
faults = []


def alerts():
    owed = collections.defaultdict(list)
    for destination, key, state, event in connection.execute(
        "SELECT destination, key, state, event FROM outbox ORDER BY id"
    ):
        owed[destination].append((key, event))
        if state != "delivered":
            faults.append(f"{destination} {key} is {state}")
    forced = [row[0] for row in connection.execute("SELECT seq FROM journal WHERE kind = 'forced' ORDER BY seq")]
    seen = collections.defaultdict(list)
    bodies = collections.defaultdict(set)
    for line in open(other):
        path, key, signature, attempt, body, answer = line.split()
        destination = path.strip("/")
        if signature != "good" or destination not in owed:
            faults.append(f"not of ours: {line.strip()}")
        seen[destination].append((key, answer))
        bodies[destination, key].add(body)
    for destination, rows in owed.items():
        keys = [key for key, _ in rows]
        if [event for _, event in rows] != forced:
            faults.append(f"{destination}: the alerts are not those of the forced openings")
        if len(set(keys)) != len(keys):
            faults.append(f"{destination}: one key for two alerts")
        firsts = list(dict.fromkeys(key for key, _ in seen[destination]))
        if firsts != keys:
            faults.append(f"{destination}: saw {firsts}, owed {keys}")
        taken = [key for key, answer in seen[destination] if answer == "200"]
        if list(dict.fromkeys(taken)) != keys:
            faults.append(f"{destination}: took {taken}, owed {keys}")
        places = [keys.index(key) for key, _ in seen[destination] if key in keys]
        if places != sorted(places):
            faults.append(f"{destination}: an older alert came after a newer one")
    for (destination, key), found in bodies.items():
        if len(found) != 1:
            faults.append(f"{destination} {key} came with {len(found)} bodies")
    print(f"{len(forced)} alerts for {len(owed)} destinations, {sum(map(len, seen.values()))} requests")


def pictures():
    rows = {}
    for event, path, size, digest in connection.execute(
        "SELECT event, path, size, file FROM snapshot JOIN picture_file USING (event, camera) WHERE state = 'stored'"
    ):
        rows[path] = (event, size, digest)
    files = set()
    for folder, _, names in os.walk(other):
        files |= {os.path.relpath(os.path.join(folder, name), other) for name in names if name.endswith((".jpg", ".part"))}
    for path in sorted(rows.keys() - files):
        faults.append(f"row without a picture: {path}")
    for path in sorted(files - rows.keys()):
        faults.append(f"picture without a row: {path}")
    for path in sorted(files & rows.keys()):
        octets = open(os.path.join(other, path), "rb").read()
        # Sealed: 60 octets longer than the picture.
        if (len(octets) - 60, hashlib.sha256(octets).digest()) != rows[path][1:]:
            faults.append(f"not the picture of its row: {path}")
        if not octets.startswith(b"GHP1") or b"JFIF" in octets:
            faults.append(f"a picture in clear: {path}")
    total = 0
    for event, kind in connection.execute(
        "SELECT seq, kind FROM journal WHERE kind IN ('decision', 'exitRequest', 'forced', 'heldOpen')"
    ).fetchall():
        total += 1
        if not connection.execute("SELECT 1 FROM snapshot WHERE event = ?", (event,)).fetchone():
            faults.append(f"{kind} {event} has neither a picture nor a reason")
    print(f"{total} events, {len(files)} pictures")


{"alerts": alerts, "pictures": pictures}[what]()
for fault in faults:
    print(fault)
sys.exit(min(100, len(faults)))
