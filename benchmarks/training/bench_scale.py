"""Memory and time to the first step of training on millions of lines; prints a markdown table.

Run: python benchmarks/training/bench_scale.py --folder FOLDER [--lines 7000000] [--speakers 7357]

The manifest is simulated: a table of speakers and an audio store of lines of 4 ms, which crops repeat, or the
index of shards that are all one file under many names. `kowairo train` runs as users run it, in a process of
its own, until it has written its first states, then it is killed and started again. Its memory is read from
the system while it runs: proportional set size (what is shared counts once) of the process and its workers.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from kowairo.core import AudioRef, Corpus, CorpusTables, StringArray
from kowairo.data.shards import ShardSet, write_shards

STAGE = """
stage: {{name: scale, epochs: 2, batch_size: 32, precision: fp32, order: {order}}}
encoder:
  class_path: kowairo.models.EcapaGroupNorm
  init_args: {{channels: {channels}, num_groups: {groups}}}
num_workers: 1
save_every_steps: 1
device: cpu
"""
LINE_SAMPLES = 64
COLUMNS = (
    "from",
    "order",
    "start",
    "lines",
    "speakers",
    "s to the first step",
    "CPU s",
    "peak MB",
    "MB at work",
)
ORDERS = {
    "Shuffled": "{class_path: Shuffled}",
    "BalancedSpeakers": "{class_path: BalancedSpeakers}",
    "SpeakerGroups": "{class_path: SpeakerGroups, init_args: {speakers: 8, lines: 4}}",
}


def names(lines, speakers):
    """Ids as long as those of a large collection, and the speaker of each; sorted."""
    each = -(-lines // speakers)
    for line in range(lines):
        speaker, number = divmod(line, each)
        yield f"char{speaker:06d}-game{speaker % 60:02d}-{number:05d}", f"char{speaker:06d}"


def make_store(folder, lines, speakers):
    store, train = folder / "store", folder / "train"
    store.mkdir(parents=True)
    train.mkdir()
    with (store / "utts").open("w") as utts, (train / "utt2spk").open("w") as utt2spk:
        for utt, speaker in names(lines, speakers):
            utts.write(f"{utt}\n")
            utt2spk.write(f"{utt} {speaker}\n")
    (train / "wav.scp").write_text("")  # the store has all audio
    np.save(store / "offsets.npy", LINE_SAMPLES * np.arange(lines + 1))
    rng = np.random.default_rng(0)
    with (store / "audio.i16").open("wb") as file:
        for first in range(0, lines, 100_000):
            count = min(100_000, lines - first) * LINE_SAMPLES
            file.write(rng.integers(-5_000, 5_000, size=count, dtype=np.int16).tobytes())
    index = {"version": 1, "sample_rate_hz": 16_000, "speeds": [1.0], "dropped": {}}
    (store / "index.json").write_text(json.dumps(index))


def make_shards(folder, lines, speakers, per_shard=2_000):
    one = write_shards(CorpusTables(make_noise(folder / "noise", per_shard)), folder / "one", threads=2)
    copies = -(-lines // per_shard)
    shards = folder / "shards"
    shards.mkdir()
    for number in range(copies):
        (shards / f"shards-{number:06d}.tar").hardlink_to(folder / "one" / one.shards[0].name)
    # As `corpus shard` leaves them: in random order.
    order = np.random.default_rng(0).permutation(lines)
    ids = StringArray.from_texts(utt for utt, _ in names(lines, speakers))
    codes = (order // -(-lines // speakers)).astype(np.int32)
    counts = [min(per_shard, lines - number * per_shard) for number in range(copies)]
    ShardSet(
        folder=shards,
        base=str(shards),
        shards=[
            replace(one.shards[0], name=f"shards-{number:06d}.tar", utts=count)
            for number, count in enumerate(counts)
        ],
        utts=ids.take(order),
        labels=codes,
        speakers=[f"char{speaker:06d}" for speaker in range(int(codes.max()) + 1)],
        places=np.tile(one.places, (copies, 1))[:lines],
    ).save()


def make_noise(folder, lines):
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    audio = {}
    for line in range(lines):
        path = folder / f"{line}.wav"
        soundfile.write(path, 0.1 * rng.standard_normal(rng.integers(16_000, 80_000)), 16_000)
        audio[f"u{line}"] = AudioRef(path)
    Corpus(audio, dict.fromkeys(audio, "s")).write(folder)
    return folder


def tree_memory_mb(pid):
    """Proportional set size of a process and its children, and of the process alone, MB."""
    found = []
    for process in [pid, *children(pid)]:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("Pss:")]
    return sum(found), found[0] if found else 0.0


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


class Watch:
    """Peak of the memory of a process and its children while it runs."""

    def __init__(self, pid):
        self.peak_mb = 0.0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(0.25):
            self.peak_mb = max(self.peak_mb, tree_memory_mb(self._pid)[0])

    def stop(self):
        """Ends the watch."""
        self._stop.set()
        self._thread.join()


def cpu_seconds(pid):
    """CPU time of a process and its children so far."""
    total = 0.0
    for process in [pid, *children(pid)]:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def run(folder, source, out, *, steps):
    """Trains until so many states are written: s and CPU s to the first one, peak MB, MB at the end."""
    command = [sys.executable, "-m", "kowairo.cli.main", "train", "--config", out.with_suffix(".yaml")]
    command += ["--data", folder, "--out", out, *source]
    state = out / "resume.ckpt"
    before = state.stat().st_mtime_ns if state.exists() else 0
    started = time.perf_counter()
    with out.with_suffix(".log").open("a") as log:
        process = subprocess.Popen([str(word) for word in command], stderr=log, start_new_session=True)
    watch = Watch(process.pid)
    first = cpu = None
    seen = {before}
    while len(seen) <= steps:
        if process.poll() is not None:
            raise SystemExit(f"training ended: see {out.with_suffix('.log')}")
        if state.exists() and state.stat().st_mtime_ns not in seen:
            seen.add(state.stat().st_mtime_ns)
            if first is None:
                first, cpu = time.perf_counter() - started, cpu_seconds(process.pid)
        time.sleep(0.05)
    last_mb = tree_memory_mb(process.pid)[0]
    watch.stop()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return first, cpu, watch.peak_mb, last_mb


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="scratch; made once, then used again")
    parser.add_argument("--lines", type=int, default=7_000_000)
    parser.add_argument("--speakers", type=int, default=7_357)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--channels", default="[512, 512, 512, 512, 1536]")
    parser.add_argument("--groups", type=int, default=32)
    parser.add_argument("--ways", nargs="+", default=["store", "shards"])
    parser.add_argument("--orders", nargs="+", default=["Shuffled"])
    options = parser.parse_args()
    folder = options.folder.absolute() / f"{options.lines}"
    makers = {"store": make_store, "shards": make_shards}
    print(f"| {' | '.join(COLUMNS)} |\n{'| --- ' * len(COLUMNS)}|")
    for way in options.ways:
        if not (folder / way).exists():
            makers[way](folder, options.lines, options.speakers)
        for order in options.orders if way == "store" else ["Shuffled"]:
            out = folder / f"stage-{way}-{order}"
            stage = STAGE.format(order=ORDERS[order], channels=options.channels, groups=options.groups)
            out.with_suffix(".yaml").write_text(stage)
            (out / "resume.ckpt").unlink(missing_ok=True)
            for start in ("new", "after kill -9"):
                found = run(folder, [f"--{way}", folder / way], out, steps=options.steps)
                figures = " | ".join(f"{figure:.0f}" for figure in found)
                print(f"| {way} | {order} | {start} | {options.lines} | {options.speakers} | {figures} |")
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
