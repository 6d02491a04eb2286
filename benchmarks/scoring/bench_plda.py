"""PLDA beside loops over speakers and trials: CPU seconds of fitting and of scoring, as one markdown table.

The loops are written from the formulas of Kaldi's estimator and ratio, as WeSpeaker's `two_cov_plda.py` works
them off: matrix inverses per speaker, one ratio per trial. Scoring by loop is measured on a part and scaled.
"""

import argparse
import statistics
import time

import numpy as np

from kowairo.core import provenance
from kowairo.scoring.plda import PLDA
from kowairo.scoring.two_covariance import SpeakerStatistics


def make(speakers, each, dim):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(speakers, 1, dim)) + rng.normal(size=(speakers, each, dim))
    return vectors.reshape(-1, dim), [str(row // each) for row in range(speakers * each)]


def fit_by_loop(vectors, speakers, iterations):
    collected = SpeakerStatistics.of(vectors, speakers)
    within = between = np.eye(vectors.shape[1])
    for _ in range(iterations):
        within_inverse, between_inverse = np.linalg.inv(within), np.linalg.inv(between)
        within_sum, between_sum = collected.scatter.copy(), np.zeros_like(between)
        for n, mean in zip(collected.counts, collected.offsets, strict=True):
            mixed = np.linalg.inv(between_inverse + n * within_inverse)
            expected = mixed @ (n * (within_inverse @ mean))
            between_sum += mixed + np.outer(expected, expected)
            within_sum += n * (mixed + np.outer(mean - expected, mean - expected))
        within, between = within_sum / collected.counts.sum(), between_sum / len(collected.counts)
    return within, between


def score_by_loop(plda, vectors, enroll, test):
    moved, psi = plda.transform(vectors), plda.psi_
    scores = []
    for i, j in zip(enroll, test, strict=True):
        mean, variance = psi / (psi + 1) * moved[i], 1 + psi / (psi + 1)
        same = np.sum(np.log(variance)) + np.dot((moved[j] - mean) ** 2, 1 / variance)
        other = np.sum(np.log(psi + 1)) + np.dot(moved[j] ** 2, 1 / (psi + 1))
        scores.append(0.5 * (other - same))
    return np.array(scores)


def cpu_seconds(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def bench_fit(args):
    vectors, speakers = make(args.speakers, args.each, args.dim)
    plda = PLDA(initialization="identity", num_iterations=args.iterations)
    times = []
    for _ in range(args.runs):  # interleaved, so that both see the same machine
        ours, _ = cpu_seconds(lambda: plda.fit(vectors, speakers))
        theirs, (within, between) = cpu_seconds(lambda: fit_by_loop(vectors, speakers, args.iterations))
        times.append((ours, theirs))
    model = plda.model()
    difference = max(np.abs(model.within - within).max(), np.abs(model.between - between).max())
    return plda, vectors, times, difference


def bench_scores(args, plda, vectors):
    rng = np.random.default_rng(1)
    enroll, test = rng.integers(min(10_000, len(vectors)), size=(2, args.trials))
    few = args.trials // 100
    plda.score_pairs(vectors[:100], enroll[:9] % 100, test[:9] % 100)  # compiles
    times = []
    for _ in range(args.runs):
        ours, scores = cpu_seconds(lambda: plda.score_pairs(vectors[:10_000], enroll, test))
        theirs, loop = cpu_seconds(lambda: score_by_loop(plda, vectors[:10_000], enroll[:few], test[:few]))
        times.append((ours, theirs * args.trials / few))
    return times, np.abs(scores[:few] - loop).max()


def row(what, times, difference):
    ours, theirs = (statistics.median(side) for side in zip(*times, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in times)
    return f"| {what} | {ours:.3f} | {theirs:.2f} | {ratio:.0f} | {difference:.0e} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("speakers", 2000), ("each", 20), ("dim", 192), ("iterations", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    plda, vectors, fit_times, fit_difference = bench_fit(args)
    score_times, score_difference = bench_scores(args, plda, vectors)
    print("| what | CPU s | loop, CPU s | times as fast | largest difference |")
    print("| --- | --- | --- | --- | --- |")
    sizes = f"{len(vectors)} x {args.dim}, {args.speakers} speakers, {args.iterations} iterations"
    print(row(f"fit, {sizes}", fit_times, fit_difference))
    print(row(f"score {args.trials} pairs", score_times, score_difference))
    facts = provenance()
    print(f"\nmedian of {args.runs}; numpy {np.__version__}; commit {facts.get('commit')}")


if __name__ == "__main__":
    main()
