"""What a gate hands to strangers, judged by a library that we did not write (aics-tlog of PyPI) and by the small judge beside it.

    evidence-peer.py FOLDER     prints one line a check: ok or FAIL, a tab, what was checked

FOLDER holds `policy`, `key`, `old.checkpoint`, `new.checkpoint`, `grown`, `*.tlog-proof` and `tiles/`. Whatever is changed in a copy of one
of them has to be noticed: a thousand changes, from one seed.
"""

import base64
import hashlib
import importlib.util
import json
import pathlib
import random
import sys
import tempfile

import aics_tlog

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("evidence_judge", HERE / "evidence-judge.py")
judge = importlib.util.module_from_spec(spec)
spec.loader.exec_module(judge)
FOLDER = pathlib.Path(sys.argv[1])
TAMPERINGS = 1000
KEY = aics_tlog.parse_vkey((FOLDER / "key").read_text().strip())
POLICY = judge.policy((FOLDER / "policy").read_bytes())


def say(what, holds):
    print(f"{'ok' if holds else 'FAIL'}\t{what}", flush=True)


def checkpoint(octets):
    """By the library: size and root, or None."""
    try:
        note = aics_tlog.parse_note(octets)
        result = aics_tlog.verify_checkpoint(note, KEY, expected_origin=KEY.name)
        head = aics_tlog.parse_checkpoint(note.text)
    except (ValueError, UnicodeDecodeError):
        return None
    return (head.size, head.root_hash if hasattr(head, "root_hash") else head.root) if result.ok else None


def halves(octets):
    """A proof by hand: `extra`, index, path and the note."""
    head, _, note = octets.partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    extra = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
    return json.loads(extra), int(lines[2].removeprefix("index ")), [base64.b64decode(one, validate=True) for one in lines[3:]], note


def proved_by_library(octets, leaf):
    try:
        _, index, path, note = halves(octets)
    except (AssertionError, ValueError):
        return False
    head = checkpoint(note)
    return head is not None and index < head[0] and aics_tlog.verify_leaf_inclusion(leaf, index, head[0], path, head[1])


def proved_by_judge(octets, leaf):
    try:
        judge.proof(octets, leaf, POLICY, KEY.name)
    except (judge.Bad, UnicodeDecodeError):
        return False
    return True


def grown(octets, old, new):
    try:
        proof = [judge.unb64(line, 32) for line in octets.decode().splitlines()]
    except (judge.Bad, UnicodeDecodeError):
        return False
    return aics_tlog.verify_consistency(old[0], new[0], old[1], new[1], proof)


def audited(folder, head):
    try:
        aics_tlog.audit_tiles(aics_tlog.FileSystemTileReader(folder), *head)
    except (ValueError, LookupError, OSError, aics_tlog.TileMissingError, aics_tlog.TileVerificationError):
        return False
    return True


old, new = (checkpoint((FOLDER / name).read_bytes()) for name in ("old.checkpoint", "new.checkpoint"))
say(f"the library takes both checkpoints: {old and old[0]} and {new and new[0]} entries", bool(old and new and old[0] < new[0]))
growth = (FOLDER / "grown").read_bytes()
say("the journal only grew between them", grown(growth, old, new))
proofs = {}
for path in sorted(FOLDER.glob("*.tlog-proof")):
    octets = path.read_bytes()
    extra = halves(octets)[0]
    leaf = base64.b64decode(extra["leaf"], validate=True)
    proofs[path.name] = (octets, leaf)
    commitments = all(
        hashlib.sha256(base64.b64decode(one["salt"]) + base64.b64decode(one["value"])).digest() in leaf for one in extra["opened"]
    )
    if not (proved_by_library(octets, leaf) and proved_by_judge(octets, leaf) and commitments):
        say(f"{path.name} is proved", False)
say(f"{len(proofs)} proofs hold, by the library and by the judge, and what is opened in them is what was committed to", len(proofs) > 0)
say("one of them opens a card", any(b"cardNumber" in base64.b64decode(octets.split(b"\n")[1][6:]) for octets, _ in proofs.values()))

tiles = FOLDER / "tiles"
head = checkpoint((tiles / "checkpoint").read_bytes())
say("the checkpoint of the export is the newest one", head == new)
say("every tile and every bundle leads to it", audited(tiles, head))
reader = aics_tlog.FileSystemTileReader(tiles)
leaves = [aics_tlog.read_entry(reader, index, head[0]) for index in range(head[0])]
with tempfile.TemporaryDirectory() as scratch:
    theirs = pathlib.Path(scratch) / "theirs"
    writer = aics_tlog.IncrementalTileWriter(aics_tlog.DirectoryTileStore(theirs, fsync=False))
    writer.append(leaves)
    own = {path.relative_to(tiles).as_posix(): path.read_bytes() for path in tiles.rglob("*") if path.is_file()}
    made = {path.relative_to(theirs).as_posix(): path.read_bytes() for path in theirs.rglob("*") if path.is_file() and path.name != "checkpoint"}
    differing = [name for name, octets in made.items() if name.startswith("tile/") and own.get(name) != octets]
    say(f"the library writes the same {sum(name.startswith('tile/') for name in made)} tiles of the same leaves {differing[:3]}", made and not differing)

dice = random.Random(20261128)


def changed(octets, keep=range(0)):
    """One change: a bit, an octet less, an octet more, a cut, or two lines exchanged. Nothing in `keep` is touched."""
    while True:
        how = dice.choice(["bit", "bit", "less", "more", "cut", "lines"])
        place = dice.randrange(len(octets))
        if place in keep:
            continue
        if how == "bit":
            made = octets[:place] + bytes([octets[place] ^ 1 << dice.randrange(8)]) + octets[place + 1:]
        elif how == "less":
            made = octets[:place] + octets[place + 1:]
        elif how == "more":
            made = octets[:place] + bytes([dice.randrange(256)]) + octets[place:]
        elif how == "cut":
            made = octets[:place]
        else:
            lines = octets.split(b"\n")
            one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            made = b"\n".join(lines)
        if made != octets:
            return made


missed = []
counts = {"proof": 0, "checkpoint": 0, "growth": 0, "tile": 0, "leaf": 0}
for number in range(TAMPERINGS):
    what = dice.choice(list(counts))
    counts[what] += 1
    if what in ("proof", "leaf"):
        name = dice.choice(list(proofs))
        octets, leaf = proofs[name]
        if what == "leaf":
            if (other := changed(leaf)) and (proved_by_judge(octets, other) or proved_by_library(octets, other)):
                missed.append((what, name))
            continue
        lines = octets.split(b"\n")
        start = len(lines[0]) + 1 + len(b"extra ")
        other = changed(octets, keep=range(start, start + len(lines[1]) - 6))
        if proved_by_judge(other, leaf):
            missed.append((what, name, other))
    elif what == "checkpoint":
        octets = dice.choice([(FOLDER / "old.checkpoint").read_bytes(), (FOLDER / "new.checkpoint").read_bytes()])
        other = changed(octets)
        if checkpoint(other) is not None:
            missed.append((what, other))
    elif what == "growth":
        other = changed(growth)
        if grown(other, old, new) and other.split() != growth.split():
            missed.append((what, other))
    else:
        path = dice.choice([path for path in (tiles / "tile").rglob("*") if path.is_file()])
        octets = path.read_bytes()
        path.write_bytes(changed(octets))
        if audited(tiles, head):
            missed.append((what, path.name))
        path.write_bytes(octets)
for one in missed[:5]:
    print("missed", one, file=sys.stderr)
say(f"{TAMPERINGS} changes are found: {counts}", not missed)
say("and none of the good ones is refused", all(proved_by_judge(*one) and proved_by_library(*one) for one in proofs.values()) and audited(tiles, head))
