"""The pages of help, the man pages and the completions: made of the commands, and whole."""

import itertools
import json
import re
import shlex
import subprocess
import tempfile
import pathlib

from gate import BIN, ROOT, check, running

# Commands of the socket that other words of the command line give.
OTHERWISE = {"import chunk", "reader chunk", "pass merge", "handover announce"}


def told(*words):
    return subprocess.run([BIN / "gatehousectl", *words], capture_output=True, text=True)


def leaves(command, path=()):
    children = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
    if not children:
        yield " ".join(path), command
    for one in children:
        yield from leaves(one, (*path, one["commandName"]))


def manual():
    """C21: an example on every page, with options that there are; a man page and a completion for every command."""
    root = json.loads(told("--experimental-dump-help").stdout)["command"]
    commands = dict(leaves(root))
    without = [name for name, one in commands.items() if f"gatehousectl {name}" not in (one.get("discussion") or "")]
    check("manual: every command has an example", not without, without)
    for name, one in commands.items():
        known = {f"--{word['name']}" for argument in one["arguments"] for word in argument.get("names") or []}
        for line in re.findall(rf"gatehousectl {name}(?: .*)?$", one["discussion"].replace("\\\n", " "), re.M):
            wrong = [word for word in shlex.split(line) if word.startswith("--") and word.split("=")[0] not in known]
            check(f"manual: {name}: its example says what there is", not wrong, line, wrong)
    scripts = {shell: told("--generate-completion-script", shell).stdout for shell in ("bash", "zsh", "fish")}
    for shell, script in scripts.items():
        lost = [name for name in commands if name.split()[-1] not in script]
        check(f"manual: {shell} completes every command", script and not lost, lost)
    named(commands, scripts)
    languages(root)
    former(scripts)
    for words, meant in ((("portl", "open", "wicket"), "gatehousectl portal"), (("portal", "opne", "wicket"), "gatehousectl portal open")):
        mistyped = told(*words)
        check("manual: a mistyped command is told with the near one", mistyped.returncode == 2 and f"did you mean {meant}?" in mistyped.stderr, mistyped)
    check("manual: and what is like none is not", "did you mean" not in told("weather").stderr)
    pages(commands)
    completed()
    documented(commands)
    answered()


def named(commands, scripts):
    """Each command of the socket can be typed, with help, an example, words of both languages and completion."""
    said = re.findall(r"^## (.*)$", (ROOT / "docs/json.md").read_text(), re.M)
    check("manual: the page of the socket names commands", len(said) > 90, said)
    lacking = {}
    for name in said:
        typed = [one for one in commands if one == name or one.startswith(f"{name} ")]
        if name in OTHERWISE:
            continue
        lacks = [] if typed else ["a way to type it"]
        for one in typed:
            english, chinese = told(*one.split(), "--help").stdout, told(*one.split(), "--help", "--lang", "zh").stdout
            lacks += [] if commands[one].get("abstract") and commands[one]["abstract"] in " ".join(english.split()) else ["help"]
            lacks += [] if f"gatehousectl {one}" in english.split("USAGE:")[0] and f"gatehousectl {one}" in chinese.split("用法：")[0] else ["an example"]
            lacks += [] if re.search(r"^说明：.*[\u4e00-\u9fff]", chinese) else ["Chinese words"]
            lacks += [] if all(one.split()[-1] in script for script in scripts.values()) else ["completion"]
        if lacks:
            lacking[name] = lacks
    check("manual: each command has help, an example, words of both languages, completion", not lacking, lacking)


def groups(command, path=()):
    """Every page that there is, groups among them."""
    yield " ".join(path), command
    for one in command.get("subcommands", []):
        if one["commandName"] != "help":
            yield from groups(one, (*path, one["commandName"]))


def languages(root):
    """Every page has an example in both languages, with options that there are; --lang goes before the surroundings."""
    every = dict(groups(root))
    options = {name: {f"--{word['name']}" for argument in one.get("arguments", []) for word in argument.get("names") or []} for name, one in every.items()}
    without, wrong = [], []
    for name in every:
        for language in ("en", "zh"):
            page = told(*name.split(), "--help", "--lang", language).stdout
            # What is longer than the terminal goes on in the next line.
            above = re.sub(r"\\\n\s*", " ", page.split("USAGE:")[0].split("用法：")[0])
            above = re.sub(r"\n(?!\n|.*gatehousectl )(?=\S)", " ", above)
            lines = re.findall(rf"gatehousectl {name}.*$" if name else r"  gatehousectl .*$", above, re.M)
            if not lines:
                without.append((name, language))
            for line in lines if language == "zh" else []:
                words = shlex.split(line)[1:]
                path = max((one for one in every if words[:len(one.split())] == one.split()), key=len)
                wrong += [(line, word) for word in words if word.startswith("--") and word.split("=")[0] not in options[path] | {"--help"}]
    check("manual: every page has an example in both languages", not without, without)
    check("manual: whose options there are", not wrong, wrong)

    def surrounded(value, *words):
        return subprocess.run([BIN / "gatehousectl", *words], capture_output=True, text=True, env={"LANG": value}).stdout
    check("manual: the surroundings say which language", surrounded("zh_CN.UTF-8", "portal", "--help").startswith("说明"))
    check("manual: and --lang before them", surrounded("zh_CN.UTF-8", "portal", "--help", "--lang", "en").startswith("OVERVIEW"))


FORMER = {
    "pass revoke": "pass remove", "face delete": "face remove", "watchlist withdraw": "watchlist remove",
    "handover cancel": "handover withdraw", "person forgive": "person resume", "person forgive-all": "person resume-all",
}


def former(scripts):
    """One verb an idea: the words of before go on, and nothing speaks of them."""
    for old, new in FORMER.items():
        check(f"manual: {old} is {new}", f"USAGE: gatehousectl {new}" in told(*old.split(), "--help").stdout)
        check(f"manual: {old} is in no completion", not any(re.search(rf"\b{old.split()[1]}\b(?!-)", script) for script in scripts.values()) or old.split()[1] == "withdraw", old)
    with running("former") as gate:
        code, text = gate.ctl("person", "forgive", "R-1", "--reason", "came in behind a car")
        check("manual: a word of before does what it did", code == 0, text)
        check("manual: said on the socket too", gate.ask("person forgive-all", {}, "power cut")["ok"])
        check("manual: and stands in the log as it is called today", gate.seen(kind="order")[-1]["detail"]["command"].startswith("person resume-all"))


def pages(commands):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([ROOT / "scripts/manual", BIN / "gatehousectl", folder], check=True)
        made = {path.name: path.read_text() for path in pathlib.Path(folder).iterdir()}
        lost = [name for name in commands if f"gatehousectl-{name.split()[0]}.1" not in made]
        check("manual: every command has a man page", "gatehousectl.1" in made and not lost, lost)
        text = made["gatehousectl-portal.1"]
        check("manual: which has its examples", "portal open lane" in text and "\\-\\-reason" in text, text)
        faults = [line for path in sorted(pathlib.Path(folder).iterdir()) for line in
                  subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", path], capture_output=True, text=True).stderr.splitlines()]
        check("manual: groff has nothing to say against them", not faults, faults[:5])


def completed():
    """Devices are completed by asking the daemon; without one there is nothing, and no noise."""
    with running("complete") as gate:
        def ask(*words):
            return told("---completion", *words)
        script = told("--generate-completion-script", "bash").stdout
        check("manual: portals and readers are asked of the program", "---completion portal open" in script and "---completion reader show" in script)
        socket = str(gate.dir / "admin.sock")
        for words, name in ((["portal", "open"], "wicket"), (["reader", "show"], "wicket-out")):
            answer = ask(*words, "--", "positional@0", "0", "0", "gatehousectl", *words, "--socket", socket)
            check(f"manual: {' '.join(words)} completes the names", name in answer.stdout.split(), answer)
        nothing = ask("portal", "open", "--", "positional@0", "0", "0", "gatehousectl", "portal", "open", "--socket", "/nowhere")
        check("manual: without a daemon nothing is completed", nothing.stdout.strip() == "" and nothing.stderr == "", nothing)


PAGES = ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))]
# These leave the emulated gate: they write beside it, or end it.
ELSEWHERE = ("config init", "console account", "restore", "handover", "backup", "journal", "export", "case verify", "log --follow", "find lw | inside")


def written(page):
    """The commands that a page shows, each for itself: `a | b` are two, and `show|list` stands for both."""
    text = re.sub(r"`gatehousectl\s+", "`gatehousectl ", (ROOT / page).read_text())
    for line in re.findall(r"gatehousectl +([a-z][^`\n]*)", text):
        line = re.split(r"\s#|[;>&(]|。|，", line)[0]
        for one in re.split(r" \| | · ", line):
            one = one.strip().removeprefix("gatehousectl ")
            alternatives = [[word] if word.startswith("-") or '"' in word else word.split("|") for word in one.split(" ")]
            for words in itertools.product(*alternatives):
                yield " ".join(words)


def documented(commands):
    """C21: what the README and the manuals show are commands and options that there are; those of the manual in Chinese are
    given at a gate, and none is wrong use."""
    wrong = []
    for page in PAGES:
        for line in written(page):
            words = line.split()
            # A family as a whole, and what a page is printed with.
            if words[0] in ("lp", "less") or any(one.startswith(f"{line} ") for one in commands):
                continue
            name = next((" ".join(words[:k]) for k in (3, 2, 1) if " ".join(words[:k]) in commands), None)
            if name is None:
                wrong.append((page, line))
                continue
            known = {f"--{word['name']}" for argument in commands[name]["arguments"] for word in argument.get("names") or []}
            wrong += [(page, line, word) for word in re.findall(r"--[a-z-]+", line) if word not in known]
    check("manual: the README and the manuals show commands that there are", not wrong, wrong)
    with running("manual") as gate:
        given = set()
        for block in re.findall(r"```\w*\n(.*?)```", (ROOT / "docs/operating.zh.md").read_text(), re.S):
            for line in re.findall(r"^(?:sudo )?gatehousectl (.*?)(?:\s+#.*)?$", block, re.M):
                if not line.startswith(ELSEWHERE) and "|" not in line:
                    given.add(line.split(" > ")[0])
        check("manual: the manual in Chinese shows commands", len(given) > 40, len(given))
        for line in sorted(given):
            call = [BIN / "gatehousectl", *shlex.split(line), "--socket", gate.dir / "admin.sock", "--text"]
            done = subprocess.run(call, capture_output=True, text=True, input="739104\n", cwd=gate.dir, timeout=60)
            check(f"manual: {line}", done.returncode in (0, 1) or line.startswith(("health", "status")) or ".csv" in line or ".xlsx" in line or "FILE" in line, done)


def answered():
    """C4: ten answers, typed or given, become a file that is in order; what is there stays."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        key = path / "master-key"

        def made(name, *words, answers=None):
            call = [str(BIN / "gatehousectl"), "config", "init", str(path / name), "--master-key", str(key), *words]
            if answers is None:
                return subprocess.run(call, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            typed = subprocess.run(["script", "-qec", shlex.join(call), "/dev/null"], input=answers, capture_output=True, text=True)
            return typed

        given = made("given.yaml", "--site", "lotus", "--wires", "D0 D1", "--release", "RELAY", "--camera", "http://192.0.2.3/still")
        check("C4 options alone write a file", given.returncode == 0 and (path / "given.yaml").exists(), given)
        check("C4 and a master key for its owner alone", key.stat().st_size == 32 and key.stat().st_mode & 0o777 == 0o600)
        before = key.read_bytes()
        checked = told("config", "check", str(path / "given.yaml"))
        check("C4 the check finds it in order", checked.returncode == 0 and "in order. 1 portal, 1 reader, 1 camera" in checked.stdout, checked)
        again = made("given.yaml", "--site", "other", "--wires", "D0 D1", "--release", "RELAY")
        check("C4 nothing is written over", again.returncode == 2 and "is there already" in again.stderr and "lotus" in (path / "given.yaml").read_text())
        lacking = made("none.yaml", "--site", "lotus")
        check("C4 what nobody can be asked for is named", lacking.returncode == 2 and "--wires is needed" in lacking.stderr and not (path / "none.yaml").exists(), lacking)
        answers = ["Lotus", "lotus", "Asia/Beijing", "", "not-behind-floor", "", "osdp", "/dev/ttyS1 38400 5", "H1030", "", "RELAY/low", "EXIT - FIRE", "-"]
        asked = made("asked.yaml", answers="".join(f"{one}\n" for one in answers))
        check("C4 ten questions, and a wrong answer is asked for again with what is meant", "write 'lotus'" in asked.stdout and "did you mean Asia/Shanghai?" in asked.stdout and "did you mean 'H10301'?" in asked.stdout, asked.stdout)
        checked = told("config", "check", str(path / "asked.yaml"))
        text = (path / "asked.yaml").read_text()
        check("C4 what was answered stands in a file that is in order", checked.returncode == 0 and 'address: "5"' in text and 'exit_button: {line: "EXIT"}' in text, checked, text)
        check("C4 a key that is there stays", key.read_bytes() == before)
        key.write_bytes(b"x")
        check("C4 a key that is none is told", told("config", "check", str(path / "asked.yaml")).returncode == 1)
