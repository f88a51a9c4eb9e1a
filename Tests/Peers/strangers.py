"""Programs and a library that we did not write (aics-tlog, aics-witness of PyPI), in a folder of their own.

They ask for a newer Python than Debian 12 has. Their makers do not support 3.11; all that is asked of them here works there.
"""

import os
import pathlib
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "gatehouse-peers-evidence"
PYTHON = CACHE / "bin/python3"
WANTED = ["aics-tlog==0.2.1", "aics-witness==0.1.0"]


def provide():
    """Installs them where they are not there yet."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", CACHE], check=True)
    if subprocess.run([PYTHON, "-c", "import aics_tlog, aics_witness"], capture_output=True).returncode != 0:
        subprocess.run([CACHE / "bin/pip", "install", "-q", "--ignore-requires-python", *WANTED], check=True)
