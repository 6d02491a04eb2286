"""CPU seconds of the speaker bootstrap, and its distance from a plain weighting of all trials.

The yardstick goes through every trial of every replicate: weights in the order of the scores, running
sums, error rates; no sorting again. It is timed on a few replicates and scaled up, and the figures of
these are compared. Run with ``OMP_NUM_THREADS=1``.
"""

import argparse
import platform
import statistics
import time
from unittest import mock

import numpy as np

from kowairo.core import provenance
from kowairo.scoring._fast_replicates import walk_kernel
from kowairo.scoring._ranked_trials import RankedTrials, TrialSpeakers
from kowairo.scoring._replicates import draw_speakers, replicate_metrics
from kowairo.scoring.bootstrap import speaker_bootstrap

P_TARGETS = (0.01, 0.05)


def trials(num_trials, num_speakers, share, distance, seed=0):
    """Scores, labels and speakers; a share of targets, EER near 5 % at distance 3.3."""
    rng = np.random.default_rng(seed)
    enroll, test = rng.integers(0, num_speakers, (2, num_trials))
    num_target = int(share * num_trials)
    test[:num_target] = enroll[:num_target]
    scores = rng.normal(size=num_trials) + distance * (enroll == test)
    names = [f"id{i:05d}" for i in range(num_speakers)]
    return scores, enroll == test, [names[i] for i in enroll], [names[i] for i in test]


def yardstick(order, speakers, weights):
    """EER and minDCFs of each row of weights, over all trials in order; the scores have no ties."""
    target, enroll, test = speakers.target[order], speakers.enroll[order], speakers.test[order]
    figures = []
    for row in weights:
        weight = np.where(target, row[enroll], row[enroll] * row[test])
        miss = np.cumsum(weight * target)
        reject = np.cumsum(weight * ~target)
        miss, alarm = np.append(0, miss) / miss[-1], 1 - np.append(0, reject) / reject[-1]
        k = np.argmax(miss >= alarm)
        high, low = miss[k] - alarm[k], miss[k - 1] - alarm[k - 1]
        rate = miss[k - 1] + low / (low - high) * (miss[k] - miss[k - 1])
        figures.append([rate, *((miss + (1 - p) / p * alarm).min() for p in P_TARGETS)])
    return np.array(figures)


def seconds(data, num_replicates, runs):
    """CPU seconds of each run, the two paths in turn; the first runs warm up."""
    paths = {"plain": lambda: None}
    if walk_kernel() is not None:
        paths["numba"] = walk_kernel
    times = {name: [] for name in paths}
    for run in range(runs + 1):
        for name, kernel in paths.items():
            with mock.patch("kowairo.scoring._replicates.walk_kernel", kernel):
                start = time.process_time()
                speaker_bootstrap(*data, p_targets=P_TARGETS, num_replicates=num_replicates)
                times[name] += [time.process_time() - start] if run else []
    return times


def check(data, num_replicates):
    """Largest difference of any figure from the yardstick, and the yardstick's CPU seconds."""
    scores, target, *sides = data
    speakers = TrialSpeakers.of(target, *sides)
    weights = draw_speakers(speakers.num_speakers, num_replicates=num_replicates, seed=0)
    order = np.argsort(scores)  # once, so outside of what is scaled up
    start = time.process_time()
    exact = yardstick(order, speakers, weights)
    spent = time.process_time() - start
    ours = replicate_metrics(RankedTrials.of(scores, speakers), weights, p_targets=P_TARGETS)
    return np.abs(ours - exact).max(), spent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--speakers", type=int, default=1000)
    parser.add_argument("--share", type=float, default=0.05, help="share of targets")
    parser.add_argument("--distance", type=float, default=3.3, help="3.3 gives 5 %% EER, 1.5 gives 23 %%")
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--check", type=int, default=20, help="replicates of the yardstick")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    data = trials(options.trials, options.speakers, options.share, options.distance)
    times = seconds(data, options.replicates, options.runs)
    distance, spent = check(data, options.check)
    times["yardstick, scaled up"] = [spent * options.replicates / options.check]
    print("| speaker bootstrap | trials | speakers | targets | replicates | CPU s, median (min-max) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, runs in times.items():
        print(
            f"| {name} | {options.trials} | {options.speakers} | {options.share:.0%} | {options.replicates} "
            f"| {statistics.median(runs):.2f} ({min(runs):.2f}-{max(runs):.2f}) |"
        )
    print(
        f"\nLargest difference from the yardstick in {options.check} replicates: {distance:.1e}. "
        f"One thread, {platform.machine()}, numpy {np.__version__}, python {platform.python_version()}, "
        f"commit {provenance().get('commit') or ''}."
    )


if __name__ == "__main__":
    main()
