"""The pages of help, the man pages and the completions: made of the commands, and whole."""

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
    said = re.findall(r"^## (.*)$", (ROOT / "docs/json.md").read_text(), re.M)
    missing = [name for name in said if name not in commands and not any(other.startswith(f"{name} ") for other in commands) and name not in OTHERWISE]
    check("manual: every command of the socket can be typed", not missing, missing)
    for shell in ("bash", "zsh", "fish"):
        script = told("--generate-completion-script", shell).stdout
        lost = [name for name in commands if name.split()[-1] not in script]
        check(f"manual: {shell} completes every command", script and not lost, lost)
    for words, meant in ((("portl", "open", "wicket"), "gatehousectl portal"), (("portal", "opne", "wicket"), "gatehousectl portal open")):
        mistyped = told(*words)
        check("manual: a mistyped command is told with the near one", mistyped.returncode == 2 and f"did you mean {meant}?" in mistyped.stderr, mistyped)
    check("manual: and what is like none is not", "did you mean" not in told("weather").stderr)
    pages(commands)
    completed()


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
