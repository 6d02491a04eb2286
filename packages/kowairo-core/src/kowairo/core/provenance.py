"""Where a result comes from: versions, commit, command, machine."""

import platform
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def provenance() -> dict[str, str | None]:
    """Describe the running program, for the `meta.json`, cards and results that it writes.

    Returns:
        `kowairo`, `python` and `numpy` versions, git `commit` (None where kowairo does not run from a
        checkout), `command` line, `date` (UTC, ISO 8601) and `cpu` model.
    """
    return {
        "kowairo": version("kowairo-core"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "commit": _git_commit(Path(__file__).parent),
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu_model(),
    }


def _git_commit(folder: Path) -> str | None:
    # An installed copy may lie in a virtual environment inside another checkout: that commit is not ours.
    if {"site-packages", "dist-packages"} & set(folder.parts):
        return None
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() or None if result.returncode == 0 else None


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
