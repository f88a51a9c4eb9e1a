#!/usr/bin/env python3
"""案卷核对程序 · Checks a case file of an access gate with nothing but its files. Exit status 0: whole, 1: not whole.
    python3 case-checker.py FOLDER [--key KEY | --policy FILE]
Needs Python 3.11 and `cryptography` (Debian: python3-cryptography), no network, no program of the gate. By the specifications: RFC 6962,
RFC 9162, RFC 8032, RFC 8949; C2SP signed-note and tlog-checkpoint, -cosignature, -proof, -policy; for the files docs/case-file.md.
"""
import argparse, base64, datetime, hashlib, json, os, re, stat, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAME = re.compile(r"case\.html|case\.json|checkpoint\.txt|policy\.txt|manifest\.txt(\.sig|\.pem)?"
                  r"|(entry|export)-[1-9][0-9]{0,18}\.(leaf|tlog-proof)|picture-[1-9][0-9]{0,18}\.jpg", re.ASCII)
LARGE = {"html": 48 << 20, "jpg": 16 << 20, "json": 8 << 20}  # octets; others have 1 MiB at most
def need(holds, chinese, english):  # whatever is not as it has to be ends what looks at it
    if not holds: raise ValueError(f"{chinese} · {english}")
def sha256(octets): return hashlib.sha256(octets).digest()
def unbase64(text, length=None):  # RFC 4648, section 4, padded, and in its one form
    octets = base64.b64decode(text, validate=True)
    return octets if base64.b64encode(octets).decode() == text and length in (None, len(octets)) else need(False, "base64 不对", "not base64 as it has to be")
def number(text): return int(text) if re.fullmatch("0|[1-9][0-9]{0,18}", text) else need(False, "数字写法不对", "not a number in its one form")
def say(*lines):  # what somebody wrote steers no terminal
    for line in lines: print("".join(one if one.isprintable() else "·" for one in line))
def is_signed(key, signature, message):
    try: return Ed25519PublicKey.from_public_bytes(key).verify(signature, message) is None
    except InvalidSignature: return False

# ---- 文件夹 · The folder: plain files with known names and bounded sizes; no link is followed, no pipe is waited for.
class Files(dict):
    def __missing__(self, name): need(False, f"缺少 {name}", f"{name} is missing")
def read_folder(path):
    files, faults, room, names = Files(), [], 96 << 20, sorted(set(os.listdir(path)) - {".DS_Store", "Thumbs.db", "desktop.ini"})
    need(len(names) <= 784, "文件太多", "more files than a case has")
    for name in names:
        try:
            need(NAME.fullmatch(name), "案卷里没有这种文件名", "no file of a case has this name")
            limit = min(room, LARGE.get(name.rsplit(".", 1)[1], 1 << 20))
            with open(os.open(os.path.join(path, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                need(stat.S_ISREG(os.fstat(file.fileno()).st_mode), "不是普通文件", "not a plain file")
                octets = file.read(limit + 1)
            need(len(octets) <= limit, "文件过大", "larger than such a file is")
            files[name], room = octets, room - len(octets)
        except (ValueError, OSError) as fault: faults.append((ascii(name)[:80], fault))
    return files, faults

# ---- 签名 · Keys, policies and signed heads: C2SP signed-note, tlog-policy, tlog-checkpoint, tlog-cosignature.
def parse_key(text, kind):  # `name+id+base64(kind, key)` as (name, id, key). The id is the beginning of a digest over the others
    name, identity, octets = text.split("+", 2)
    octets = unbase64(octets, 33)
    need(name and octets[0] == kind and identity == sha256(name.encode() + b"\n" + octets)[:4].hex(), "不是这种公钥", "not a key of this kind")
    return name, bytes.fromhex(identity), octets[1:]
def parse_policy(octets):  # The keys of logs, the witnesses (by name their key) and groups (by name how many of whom), and the quorum
    need(len(octets) <= 65536 and not re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", octets), "策略含非法字符", "an octet that no policy has")
    logs, nodes, used, quorum, bad = [], {}, set(), None, ("策略行不对", "not a line of a policy")
    for line in octets.decode("utf-8").split("\n"):
        words = [word for word in re.split("[ \t]", line) if word]
        if not words or words[0].startswith("#"): continue
        if words[0] == "log" and len(words) in (2, 3): logs.append(parse_key(words[1], 1))
        elif words[0] == "quorum" and len(words) == 2 and not quorum and words[1] in [*nodes, "none"]: quorum = words[1]
        else:
            need(len(words) >= 3 and words[1] != "none" and words[1] not in nodes, *bad)
            if words[0] == "witness" and len(words) < 5: nodes[words[1]] = parse_key(words[2], 4)
            else:
                least = {"all": len(words) - 3, "any": 1}.get(words[2]) or number(words[2])
                need(words[0] == "group" and 1 <= least <= len(set(words[3:]) - used) == len(words[3:]) and set(words[3:]) <= set(nodes), *bad)
                used, nodes[words[1]] = used | set(words[3:]), (least, words[3:])
    need(quorum and len(keys := [key[2] for key in [*logs, *nodes.values()] if len(key) == 3]) == len(set(keys)), "没有写明见证人数，或公钥重复", "no quorum, or a public key twice")
    return logs, nodes, quorum
def is_met(nodes, name, signed):
    return name in (*signed, "none") or len(nodes[name]) == 2 and sum(is_met(nodes, one, signed) for one in nodes[name][1]) >= nodes[name][0]
def open_head(octets, policy):  # Size and root, the key of the log, and which witness signed when. A line of a key that is known has to fit
    logs, nodes, quorum = policy
    need(octets.endswith(b"\n") and not re.search(rb"[\0-\x09\x0b-\x1f]", octets), "含非法字符", "a control character, or no last line end")
    text, gap, signatures = octets.decode("utf-8").rpartition("\n\n")
    lines, signed, log, witnesses = text.split("\n"), (text + "\n").encode(), None, {}
    need(gap and len(lines) == 3 and lines[0], "检查点不是三行", "a checkpoint has three lines and a signature")
    for line in signatures[:-1].split("\n"):
        dash, name, blob = line.split(" ")
        need(dash == "\u2014" and name and "+" not in name and len(blob := unbase64(blob)) > 4, "签名行不对", "not a signature line")
        for key in logs:
            if key[:2] == (name, blob[:4]):
                log = need(name == lines[0] and is_signed(key[2], blob[4:], signed), "日志的签名不符", "the signature of the log does not fit") or key
        for witness, key in nodes.items():
            if key[:2] == (name, blob[:4]):
                witnesses[witness] = int.from_bytes(blob[4:12], "big")
                message = b"cosignature/v1\ntime %d\n" % witnesses[witness] + signed
                need(len(blob) == 76 and blob[4] < 128 and is_signed(key[2], blob[12:], message), "见证人的签名不符", "the signature of a witness does not fit")
    need(log and is_met(nodes, quorum, witnesses), "没有日志公钥的签名，或见证人不够", "not signed by the key of the log, or by fewer witnesses than asked for")
    return number(lines[1]), unbase64(lines[2], 32), log, witnesses

# ---- 记录与证明 · Entries and proofs: CBOR, RFC 9162 section 2.1.3.2, C2SP tlog-proof.
def read_entry(leaf):  # The entry that a leaf is: one map of CBOR, of definite lengths, that fills it; no name stands twice
    def value(at, depth=0):
        need(at < len(leaf) and depth <= 16, "记录编码不对", "a leaf that is cut short or too deep")
        major, count, at = leaf[at] >> 5, leaf[at] & 31, at + 1
        if major == 7 and count in (20, 21): return count == 21, at
        need(major < 7 and count < 28, "记录编码不对", "an encoding that no entry has")
        if count >= 24: count, at = int.from_bytes(leaf[at:at + (1 << count - 24)], "big"), at + (1 << count - 24)
        if major in (0, 1, 6): return value(at, depth + 1) if major == 6 else ((count, -1 - count)[major], at)
        need(at + count <= len(leaf), "记录编码不对", "a leaf that is cut short")
        if major < 4: return (leaf[at:at + count] if major == 2 else leaf[at:at + count].decode("utf-8")), at + count
        items = []
        for _ in range(count * (major - 3)):
            item, at = value(at, depth + 1)
            items.append(item)
        need(major == 4 or len(set(items[::2])) == count, "名称重复", "a name twice")
        return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at
    entry, end = value(0)
    return entry if end == len(leaf) and entry["v"] == 1 else need(False, "不是日志记录", "not an entry of a journal")
def includes(leaf, index, size, path, root):
    node, last, digest = index, size - 1, sha256(b"\0" + leaf)
    for sibling in path:
        if last == 0: return False
        if node & 1 or node == last:
            digest = sha256(b"\1" + sibling + digest)
            while node and not node & 1: node, last = node >> 1, last >> 1
        else: digest = sha256(b"\1" + digest + sibling)
        node, last = node >> 1, last >> 1
    return index < size and last == 0 and digest == root
def once(pairs): return dict(pairs) if len(dict(pairs)) == len(pairs) else need(False, "名称重复", "a name twice")
def read_json(octets): return json.loads(octets.decode("utf-8"), object_pairs_hook=once)
def open_proof(octets, leaf, policy, checkpoint=None):  # The entry that a leaf is, and the values that are opened beside it: the leaf stands under the head, and binds them
    head, gap, note = octets.partition(b"\n\n")
    lines = head.decode("utf-8").split("\n")
    need(re.match(b"c2sp.org/tlog-proof@v1\nextra [^\n]*\nindex ", head) and checkpoint in (None, note), "不是证明文件，或检查点与案卷的不同",
         "not a proof with its leaf, or of another checkpoint than that of the case")
    (size, root, _, _), path = open_head(note, policy), [unbase64(line, 32) for line in lines[3:]]
    need(len(path) < 64 and includes(leaf, number(lines[2][6:]), size, path, root), "由它推不到检查点", "it does not lead from the leaf to the checkpoint")
    entry, extra, opened = read_entry(leaf), read_json(unbase64(lines[1][6:])), {}
    need(unbase64(extra["leaf"]) == leaf, "带的是别的记录", "it carries another leaf")
    for name, salt, value in [(one["name"], unbase64(one["salt"], 16), unbase64(one["value"])) for one in extra["opened"]]:
        need([name, sha256(salt + value)] in entry.get("personal", []) and name not in opened, "打开的内容与记录不符", "a value that the entry is not bound to")
        opened[name] = value
    return entry, opened

# ---- 案卷 · The case. Whatever is wrong with a file is a fault of that file, and the others are looked at all the same.
def site_key(files):
    key = unbase64(files["manifest.txt.pem"].decode("ascii").split("\n")[1], 44)[12:]
    pem = b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % base64.b64encode(bytes.fromhex("302a300506032b6570032100") + key)
    need(files["manifest.txt.pem"] == pem and is_signed(key, files["manifest.txt.sig"], files["manifest.txt"]), "清单的签名与公钥不符", "a signature that does not fit")
    return key
def is_same(readable, entry, opened):  # Whether what stands readable is what the entry says, its local time and the values beside it too
    view, names = readable["view"], "portal point reader person about actor outcome reason credential seq kind".split()
    moment = datetime.datetime.fromisoformat(view["at"]) - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return (all(view.get(name) == entry.get(name) for name in names) and view["ms"] == entry["at"]
            and moment == datetime.timedelta(milliseconds=entry["at"]) and all(
                text in (opened[name].hex(), opened[name].decode("utf-8", "replace")) for name, text in view.get("personal", {}).items()))
def check(path, key, policy_path):
    (files, faults), entries = read_folder(path if os.path.isdir(path) else os.path.dirname(path) or "."), {}  # or a file in it
    def step(name, body):
        try: return body()
        except Exception as fault: faults.append((name, fault))  # whatever a hostile file brings about is its fault
    def check_list():
        digests = dict(reversed(line.split("  ")) for line in files["manifest.txt"].decode("ascii").split("\n")[:-1])
        need("".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode() == files["manifest.txt"], "清单写法不对", "not a list in its one form")
        for name in sorted((set(files) | set(digests) | {"case.html", "case.json"}) - {"manifest.txt", "manifest.txt.sig", "manifest.txt.pem"}):
            step(name, lambda: need(sha256(files[name]).hex() == digests.get(name), "与清单不符", "it is not the one of the list"))
    def check_entry(name):
        leaf, number = files[name + ".leaf"], int(name.split("-")[1])
        entry, opened = open_proof(files[name + ".tlog-proof"], leaf, policy, files["checkpoint.txt"])
        need(entry["seq"] == number, "记录号不符", "it is not the entry of its number")
        picture = files.get(f"picture-{number}.jpg")
        need(picture is None or entry["kind"] == "snapshot" and entry["detail"]["sha256"] == sha256(picture), "图片不是它登记的", "another picture")
        entries[number] = (entry, opened, picture)
    def check_export():
        (name,) = {name.split(".")[0] for name in files if name.startswith("export-")}
        entry, _ = open_proof(files[name + ".tlog-proof"], files[name + ".leaf"], ([head[2]], {}, "none"))
        need(f"export-{entry['seq']}" == name and entry["kind"] == "look" and entry["detail"]["key"] == site, "清单的公钥不是日志登记的", "it names another key than that of the list")
        return entry if sorted(entry["detail"]["entries"]) == sorted(entries) != [] else need(False, "所列的记录不一致", "it names other entries than the case has")
    def check_document():
        case = read_json(files["case.json"])
        facts = ("gatehouse case", 1, head[0], head[1].hex(), site.hex(), export["seq"], export["actor"])
        told = (case["form"], case["version"], case["head"]["size"], case["head"]["root"], case["site_key"], case["export"]["entry"], case["export"]["by"])
        need(told == facts and [one["view"]["seq"] for one in case["entries"]] == sorted(entries) and (policy_path or case["head"]["witnesses"] == list(head[3])) and all(one["view"]["seq"] in (picture["entry"], entries[picture["entry"]][0].get("about")) for one in case["entries"] for picture in one["pictures"] if picture.get("file")) and parse_key(case["key"], 1) == head[2] and all(
            is_same(one, *entries[one["view"]["seq"]][:2]) for one in case["entries"]), "所写与记录不一致", "it says something else than the entries")
        return case
    step("manifest.txt", check_list)
    site = step("manifest.txt", lambda: site_key(files))
    own = step("policy.txt", lambda: parse_policy(files["policy.txt"]))
    policy = step("--policy", lambda: parse_policy(open(policy_path, "rb").read())) if policy_path else own
    if key and own: policy = step("--key", lambda: ([parse_key(key, 1)], *policy[1:]))
    head = step("checkpoint.txt", lambda: open_head(files["checkpoint.txt"], policy))
    for name in sorted({"entry-" + name.split("-")[1].split(".")[0] for name in files if name.startswith(("entry-", "picture-"))}): step(name, lambda: check_entry(name))
    export = step("export", check_export)
    return faults, entries, head, step("case.json", check_document)
if __name__ == "__main__":
    arguments = argparse.ArgumentParser(usage=__doc__)
    for name in ("folder", "--key", "--policy"): arguments.add_argument(name)
    faults, entries, head, case = check((given := arguments.parse_args()).folder, given.key, given.policy)
    say(*(f"有误 · FAULT  {name}: {fault}" for name, fault in faults))
    if faults: sys.exit("案卷不完整。 · The case file is NOT whole.")
    for view, told in [(one["view"], one["told"]) for one in case["entries"]]:
        (entry, opened, picture), names = entries[view["seq"]], "kind outcome reason portal point person credential about untrusted".split()
        say(f"记录 · entry {view['seq']}  {view['at']}", f"    {told['zh']}", f"    {told['en']}", f"    日志原文 · in the journal itself: {({name: entry[name] for name in names if name in entry})}", f"    一并证明 · bound to it: {[*opened, *['picture'] * bool(picture)]}")
    say(f"{len(entries)} 条记录确在日志中，此后无人改动。 · {len(entries)} entries stand in the journal {head[2][0]} of {head[0]} entries, unchanged since.")
    times = [f"{name} {datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)}" for name, seconds in head[3].items()]
    say(f"见证人 · witnessed by {times}" if times else "无人见证，只凭门禁自己的密钥。 · Not witnessed: it rests on the gate's own key.")
    if times and not given.policy: say("见证人的公钥随案卷而来。 · The keys of the witnesses came with the case: bring a policy of your own.")
    say("姓名、房号和规则的说明只由小区签名。 · Names, dwellings and the words of the rules are the site's word.", f"日志公钥 · key of the journal: {case['key']}", f"指纹 · fingerprint: {sha256(head[2][2]).hex(' ', 2)}")
    if not (given.key or given.policy): say("公钥随案卷而来：请与别处取得的比对。 · The key came with the case: compare it with one from elsewhere.")
    say("案卷完整。 · The case file is whole.")
