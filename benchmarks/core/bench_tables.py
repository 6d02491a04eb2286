"""CPU time and peak memory of reading long tables beside a dict filled line by line; prints a markdown table.

The dict way is what a script does: split each line at the first space, refuse a key that is there already.
Each way runs in a process of its own, so that its peak of resident memory is its own; before each, another
process has touched 3 GB and given them back, so that no way pays for memory that the machine lacks.
"""

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

import numpy as np

from kowairo.core import TextTable, provenance


def write_tables(folder, lines, lines_per_speaker=952):
    with (folder / "wav.scp").open("w") as scp, (folder / "utt2spk").open("w") as utt2spk:
        for line in range(lines):
            speaker, number = divmod(line, lines_per_speaker)
            key = f"char{speaker:06d}-game{speaker % 60:02d}-{number:05d}"
            scp.write(f"{key} audio/game{speaker % 60:02d}/char{speaker:06d}/voice_{line:09d}.ogg\n")
            utt2spk.write(f"{key} char{speaker:06d}\n")
    shuffled = (folder / "wav.scp").read_text().splitlines(keepends=True)
    np.random.default_rng(0).shuffle(shuffled)
    (folder / "wav.scp, unsorted").write_text("".join(shuffled))


def dict_loop(path):
    table = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            key, value = line.rstrip("\n").split(" ", 1)
            if key in table:
                raise SystemExit(f"{path}:{number}: {key} stands twice")
            table[key] = value
    return table


def sorted_dict_loop(path):
    return dict(sorted(dict_loop(path).items()))


def peak_mb():
    """Peak of this process' memory; getrusage would give its parent's where that was larger."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line[:6] == "VmHWM:"]
    return int(line.split()[1]) / 1024


def measure(way, path, answer):
    start = time.process_time()
    table = way(path)
    seconds = time.process_time() - start
    answer.put((seconds, peak_mb(), len(table)))


def touch_memory(gigabytes):
    """Let the system have this much memory ready: a virtual machine may have to ask its host for it."""
    np.ones(gigabytes * 2**30, dtype=np.uint8)


def in_own_process(way, path):
    spawn = multiprocessing.get_context("spawn")
    warming = spawn.Process(target=touch_memory, args=(3,))
    warming.start()
    warming.join()
    answer = spawn.Queue()
    process = spawn.Process(target=measure, args=(way, path, answer))
    process.start()
    result = answer.get()
    process.join()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=7_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    ways = {"dict loop": dict_loop, "sorted dict loop": sorted_dict_loop, "TextTable.read": TextTable.read}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, options.lines)
        print(f"{options.lines} lines, one thread, best of {options.runs}; {provenance()}\n")
        print("| table | way | CPU s | MB at the peak | dict loop / way |")
        print("| --- | --- | --- | --- | --- |")
        for table in ("wav.scp", "utt2spk", "wav.scp, unsorted"):
            runs = {way: [] for way in ways}
            for _ in range(options.runs):
                for way, read in ways.items():
                    runs[way].append(in_own_process(read, folder / table))
            best = {way: min(each) for way, each in runs.items()}
            for way, (seconds, peak, _) in best.items():
                ratio = best["dict loop"][0] / seconds
                print(f"| {table} | {way} | {seconds:.2f} | {peak:.0f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
