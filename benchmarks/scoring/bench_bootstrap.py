"""Seconds of the speaker bootstrap; run it to print one markdown row."""

import os
import platform
import statistics
import time

import numpy as np

from kowairo.core import provenance
from kowairo.scoring import speaker_bootstrap


def bench(num_trials=6000, num_speakers=62, num_replicates=1000, runs=5):
    rng = np.random.default_rng(0)
    enroll, test = rng.integers(0, num_speakers, (2, num_trials))
    test[: num_trials // 2] = enroll[: num_trials // 2]
    names = [f"s{i}" for i in range(num_speakers)]
    scores = rng.normal(size=num_trials) + 2 * (enroll == test)
    sides = [names[i] for i in enroll], [names[i] for i in test]
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        speaker_bootstrap(scores, enroll == test, *sides, num_replicates=num_replicates)
        times.append(time.perf_counter() - start)
    return times[1:]  # the first run warms up


def main():
    times = bench()
    facts = provenance()
    print("| what | trials | replicates | threads | median s | min-max s | machine | versions | commit |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| speaker_bootstrap | 6000 | 1000 | {os.environ.get('OMP_NUM_THREADS', 'all')} "
        f"| {statistics.median(times):.2f} | {min(times):.2f}-{max(times):.2f} | {platform.machine()} "
        f"| numpy {np.__version__}, python {platform.python_version()} | {facts.get('commit') or ''} |"
    )


if __name__ == "__main__":
    main()
