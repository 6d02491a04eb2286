"""What recipes need besides the command: parts of a configuration, digests of inputs, the cost of a stage."""

import argparse
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AUDIO = {".wav", ".flac", ".ogg", ".opus", ".mp3", ".i16", ".npy"}
MOST_BYTES_READ = 64 * 2**20
SAMPLE_EVERY_S = 3.0  # reading the memory of a large process takes the kernel 50 ms


class ConfigurationError(Exception):
    """The configuration of a recipe cannot be used."""


def split_configuration(source: Path, out: Path) -> None:
    """Write every section of a recipe's configuration to a file of its own.

    A section becomes `<out>/<section>.yaml`, the `--config` of one command. A value that is the name of a
    YAML file stands for that file (relative to the configuration); where all values of a section are such
    names, or mappings under `jobs`, each becomes `<out>/<section>/<name>.yaml`.

    Raises:
        ConfigurationError: The configuration is not a YAML mapping of mappings, or names a missing file.
    """
    import yaml

    sections = read_mapping(source)
    with_new_folder = out.with_name(f".partial-{out.name}")
    shutil.rmtree(with_new_folder, ignore_errors=True)
    for name, section in sections.items():
        if not isinstance(section, dict):
            raise ConfigurationError(f"{source}: section {name}: expected a mapping")
        for path, content in section_files(name, section, source):
            target = with_new_folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    with_new_folder.replace(out)


def section_files(
    name: str, section: Mapping[str, Any], source: Path
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and content of the files that a section becomes."""
    jobs = section.get("jobs")
    if jobs is None:
        yield f"{name}.yaml", section
        return
    for job, content in jobs.items():
        is_file = isinstance(content, str)
        yield f"{name}/{job}.yaml", read_mapping(source.parent / content) if is_file else content


def read_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping."""
    # Here, and not above: the other tools run without site-packages, which makes them start at once.
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path}: expected a YAML mapping")
    return content


def digest(options: str, inputs: list[Path]) -> str:
    """SHA-256 over options and inputs: small files by content, audio and large files by size and time.

    Audio that a `wav.scp` names counts as an input too, wherever it lies.
    """
    total = hashlib.sha256(options.encode())
    for given in inputs:
        for path in input_files(given):
            total.update(f"\n{path.relative_to(given.parent)} {file_mark(path)}".encode())
            if path.name == "wav.scp":
                total.update(audio_marks(path).encode())
    return total.hexdigest()


def input_files(given: Path) -> list[Path]:
    """A file, or every file under a folder, sorted; a missing input is no file."""
    if given.is_dir():
        return sorted(path for path in given.rglob("*") if path.is_file() and ".partial-" not in path.name)
    return [given] if given.is_file() else []


def file_mark(path: Path) -> str:
    """What identifies a file's content: its digest, or its size and time where reading it would take long."""
    status = path.stat()
    if path.suffix.lower() in AUDIO or status.st_size > MOST_BYTES_READ:
        return f"{status.st_size} {status.st_mtime_ns}"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def audio_marks(table: Path) -> str:
    """Sizes and times of the files that a wav.scp names."""
    marks = []
    for line in table.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        columns = line.split(maxsplit=1)
        path = table.parent / columns[1].split(".tar#")[0] if len(columns) == 2 else table
        marks.append(f"{path.stat().st_size} {path.stat().st_mtime_ns}" if path.is_file() else "missing")
    return " ".join(marks)


def is_unchanged(record: Path, wanted: str, outputs: list[Path]) -> bool:
    """Whether a stage was finished with the same digest and its outputs are still there."""
    if not record.is_file() or not all(path.exists() for path in outputs):
        return False
    return json.loads(record.read_text(encoding="utf-8")).get("digest") == wanted


def write_record(record: Path, facts: Mapping[str, Any]) -> None:
    """Write the record of a finished stage, with the commit, the machine and the time."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    content = {
        **facts,
        "commit": commit.stdout.strip() or None,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    record.parent.mkdir(parents=True, exist_ok=True)
    partial = record.with_name(f".partial-{record.name}")
    partial.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(record)


def watch_memory(root: int, out: Path) -> None:
    """Note the largest memory (MB) of a process and its descendants until it ends or SIGTERM comes.

    Shared pages are counted once (PSS). Where there is no /proc nothing is written.
    """
    # Ends at once: the stage waits for it, and Python goes on with a sleep that a signal has broken.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    peak = 0
    partial = out.with_name(f"{out.name}.partial")
    while Path(f"/proc/{root}").exists():
        peak = max(peak, sum(map(memory_kb, descendants(root))))
        # At once: SIGTERM may come between opening and writing, and would leave an empty file.
        partial.write_text(f"{peak / 1024:.0f}\n", encoding="utf-8")
        partial.replace(out)
        time.sleep(SAMPLE_EVERY_S)


def descendants(root: int) -> list[int]:
    """Process ids of a process and everything below it, without this one."""
    found, pending = [], [root]
    while pending:
        process = pending.pop()
        if process == os.getpid():
            continue
        found.append(process)
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                pending += map(int, children.read_text(encoding="ascii").split())
            except OSError:
                continue  # it has ended meanwhile
    return found


def memory_kb(process: int) -> int:
    """Proportional set size of a process in kB, 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def main() -> None:
    """Run one of the tools."""
    parser = argparse.ArgumentParser(description=__doc__)
    tools = parser.add_subparsers(dest="tool", required=True)
    for name, arguments in {
        "conf": ["source", "out"],
        "digest": ["options", "inputs*"],
        "unchanged": ["record", "digest", "outputs*"],
        "record": ["record", "facts"],
        "watch": ["process", "out"],
    }.items():
        tool = tools.add_parser(name)
        for argument in arguments:
            tool.add_argument(argument.rstrip("*"), **({"nargs": "*"} if argument.endswith("*") else {}))
    given = parser.parse_args()
    match given.tool:
        case "conf":
            try:
                split_configuration(Path(given.source), Path(given.out))
            except ConfigurationError as error:
                print(error, file=sys.stderr)
                sys.exit(2)
        case "digest":
            print(digest(given.options, [Path(path) for path in given.inputs]))
        case "unchanged":
            outputs = [Path(path) for path in given.outputs]
            sys.exit(not is_unchanged(Path(given.record), given.digest, outputs))
        case "record":
            write_record(Path(given.record), json.loads(given.facts))
        case "watch":
            watch_memory(int(given.process), Path(given.out))


if __name__ == "__main__":
    main()
