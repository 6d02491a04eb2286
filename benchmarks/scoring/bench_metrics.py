"""CPU seconds for EER and minDCF against scikit-learn's ROC and the NIST way of WeSpeaker; prints one table.

All three start from scores and labels as a score file gives them. The competitor's steps are written from
its formula; scikit-learn's ``roc_curve`` is its own. Run with ``OMP_NUM_THREADS=1``.
"""

import argparse
import platform
import statistics
import time

import numpy as np
import sklearn
from sklearn.metrics import roc_curve

from kowairo.core import provenance
from kowairo.scoring.metrics import verification_summary

P_TARGET = 0.01


def with_kowairo(scores, labels):
    summary = verification_summary(scores[labels], scores[~labels], p_targets=(P_TARGET,))
    return summary.eer.value, summary.min_dcf[P_TARGET].value


def with_sklearn(scores, labels):
    false_alarm, hit, _ = roc_curve(labels, scores)
    miss = 1 - hit
    nearest = np.nanargmin(np.abs(miss - false_alarm))
    cost = (P_TARGET * miss + (1 - P_TARGET) * false_alarm).min() / P_TARGET
    return max(miss[nearest], false_alarm[nearest]), cost


def with_nist(scores, labels):
    ordered = labels[np.argsort(scores)]
    miss = np.cumsum(ordered.astype("f8")) / ordered.sum()
    false_alarm = 1 - np.cumsum((~ordered).astype("f8")) / (~ordered).sum()
    difference = miss - false_alarm
    after, before = np.flatnonzero(difference >= 0)[0], np.flatnonzero(difference < 0)[-1]
    part = difference[after] / (difference[after] - difference[before])
    cost = (P_TARGET * miss + (1 - P_TARGET) * false_alarm).min() / P_TARGET  # .min(): its min() is slower
    return miss[after] + part * (miss[before] - miss[after]), cost


WAYS = {"kowairo": with_kowairo, "scikit-learn roc_curve": with_sklearn, "WeSpeaker": with_nist}


def trials(num_trials, dtype, seed=0):
    """A tenth of targets, EER near 1.3 %, in random order."""
    rng = np.random.default_rng(seed)
    labels = rng.random(num_trials) < 0.1
    scores = np.where(labels, rng.normal(0.6, 0.15, num_trials), rng.normal(0, 0.12, num_trials))
    return scores.astype(dtype), labels


def bench(num_trials, dtype, runs):
    """CPU seconds of each run of each way, interleaved, and the figures."""
    data = trials(num_trials, dtype)
    seconds, figures = {name: [] for name in WAYS}, {}
    for run in range(runs + 1):
        for name, way in WAYS.items():
            start = time.process_time()
            figures[name] = way(*data)
            if run:  # the first run warms up
                seconds[name].append(time.process_time() - start)
    return seconds, figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000_000)
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    seconds, figures = bench(options.trials, options.dtype, options.runs)
    ours = statistics.median(seconds["kowairo"])
    print("| EER + minDCF | trials | CPU s, median (min-max) | times ours | EER % | minDCF 0.01 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, times in seconds.items():
        median, (rate, cost) = statistics.median(times), figures[name]
        print(
            f"| {name} | {options.trials} {options.dtype} | {median:.3f} ({min(times):.3f}-{max(times):.3f}) "
            f"| {median / ours:.1f} | {100 * rate:.5f} | {cost:.6f} |"
        )
    print(
        f"\nOne thread, {platform.machine()}, numpy {np.__version__}, scikit-learn {sklearn.__version__}, "
        f"python {platform.python_version()}, commit {provenance().get('commit') or ''}; "
        "the same code with and without [fast]."
    )


if __name__ == "__main__":
    main()
