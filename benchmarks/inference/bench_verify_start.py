"""Start-up of `kowairo verify` on two files, in a process of its own each time, beside bare imports.

    python benchmarks/inference/bench_verify_start.py --encoder base --corpus DIR --runs 5

CPU seconds (user and system) are the figure on a shared machine; the wall clock is printed beside them.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kowairo.core import read_wav_scp


def measure(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of a command."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    after, wall = os.times(), time.perf_counter() - start
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, wall


def main() -> None:
    """Print least and median of the runs, interleaved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="base", help="name or folder")
    parser.add_argument(
        "--corpus", type=Path, required=True, help="Kaldi folder; its first two lines are used"
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    files = [str(ref) for ref in list(read_wav_scp(options.corpus.absolute() / "wav.scp").values())[:2]]
    kowairo = [sys.executable, "-m", "kowairo.cli.main"]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import torch'": [sys.executable, "-c", "import torch"],
        "kowairo --help": [*kowairo, "--help"],
        "kowairo verify A B": [*kowairo, "verify", *files, "--encoder", options.encoder],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(
            folder
        )  # a checkout in the working directory would be imported in place of what is installed
        for _ in range(options.runs + 1):
            for name, command in commands.items():
                taken[name].append(measure(command))
    print(f"{options.runs} runs after one that is not counted, encoder {options.encoder}")
    print("| command | CPU s, least | CPU s, median | wall s, least |\n|---|---|---|---|")
    for name, runs in taken.items():
        used = sorted(cpu for cpu, _ in runs[1:])
        wall = min(wall for _, wall in runs[1:])
        print(f"| {name} | {used[0]:.2f} | {used[len(used) // 2]:.2f} | {wall:.2f} |")


if __name__ == "__main__":
    main()
