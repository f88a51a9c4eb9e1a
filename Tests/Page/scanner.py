"""Debian's wapiti, which attacks a page as a stranger would who has an hour."""

import json
import pathlib
import shutil
import subprocess
import tempfile

LEVELS = {0: "info", 1: "low", 2: "medium", 3: "high", 4: "critical"}
# All that asks nobody but the page.
MODULES = "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,shellshock,sql,xss"


class NoScan(Exception):
    """wapiti came to no report."""


def scan(address, modules=MODULES, headers=(), starts=(), seconds=600):
    """What it finds, the worst first, as (level, kind, path, words). `headers` sign it in; `starts` are pages that no link leads to."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-scan."))
    words = [word for header in headers for word in ("-H", header)] + [word for start in starts for word in ("-s", start)]
    try:
        done = subprocess.run(
            ["wapiti", "-u", address, "-m", modules, "--scope", "domain", "-f", "json", "-o", folder / "report", "--flush-session", "-v", "0", "-t", "10",
             "--store-session", folder, "--store-config", folder, "--max-scan-time", str(seconds / 3), "--max-attack-time", str(seconds / 3), "--no-bugreport", *words],
            capture_output=True, text=True, timeout=seconds * 2 + 120,
        )
        if not (folder / "report").exists():
            raise NoScan(done.stdout[-1000:] + done.stderr[-1000:])
        report = json.loads((folder / "report").read_text())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = [
        (one["level"], kind, one["path"], one["info"]) for part in ("vulnerabilities", "anomalies") for kind, all_ in report[part].items() for one in all_
    ]
    return [(LEVELS.get(level, level), *rest) for level, *rest in sorted(found, reverse=True)]
