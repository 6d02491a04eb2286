"""CPU time of a whole AS-norm job, files in and file out, beside WeSpeaker's; prints a markdown table.

The peer is rewritten from wespeaker/bin/score_norm.py: it reads the score file twice and the vectors once
per side, sorts the whole matrix of cohort scores, and formats line by line, with both embedding magnitudes
taken anew in every line. "without magnitudes" leaves these out. Ours reads the same vectors, fits
AdaptiveSNorm and writes every score with full precision. Both are timed in turns.
"""

import argparse
import tempfile
import time
from pathlib import Path

import kaldiio
import numpy as np

import kowairo.core._fast as core_fast
from kowairo.core import Scores, open_embeddings, provenance, read_scores, write_scores
from kowairo.scoring import AdaptiveSNorm, Cohort

_PEER_LINE = "{} {} {:.5f} {} {:.4f} {:.4f} {:.4f} {:.4f}\n"


def make_files(folder, options):
    """Eval and cohort vectors as ark and scp, and a score file with and without labels."""
    rng = np.random.default_rng(0)
    for name, rows in (("eval", options.utterances), ("cohort", options.cohort)):
        utts = [f"id{row % 997:05d}-session{row % 13:02d}-{row:07d}" for row in range(rows)]
        vectors = (rng.normal(size=options.dim) * 0.3 + rng.normal(size=(rows, options.dim))).astype(
            np.float32
        )
        kaldiio.save_ark(
            str(folder / f"{name}.ark"),
            dict(zip(utts, vectors, strict=True)),
            scp=str(folder / f"{name}.scp"),
        )
    names = open_embeddings(folder / "eval.scp").utts
    enroll, test = rng.integers(0, options.utterances, (2, options.trials))
    sides = [names[row] for row in enroll], [names[row] for row in test]
    write_scores(folder / "scores", Scores(*sides, rng.uniform(-1, 1, options.trials)))
    lines = (folder / "scores").read_text().splitlines()
    (folder / "scores.labelled").write_text("".join(f"{line} nontarget\n" for line in lines))


def wespeaker_moments(vectors, cohort, top_n):
    vectors = vectors / np.sqrt(np.sum(vectors**2, axis=1, keepdims=True))
    cohort = cohort / np.sqrt(np.sum(cohort**2, axis=1, keepdims=True))
    scores = np.sort(np.matmul(vectors, cohort.T), axis=1)[:, ::-1][:, :top_n]
    return scores.mean(axis=1), scores.std(axis=1)


def wespeaker_vectors(scp, utts):
    by_utt = dict(kaldiio.load_scp_sequential(str(scp)))
    return np.array([by_utt[utt] for utt in utts]), {utt: row for row, utt in enumerate(utts)}


def wespeaker(folder, top_n, *, magnitudes=True):
    rows = [line.split() for line in (folder / "scores.labelled").read_text().splitlines()]
    enroll_ids, test_ids, _, _ = zip(*rows, strict=True)
    enroll, enroll_row = wespeaker_vectors(folder / "eval.scp", sorted(set(enroll_ids)))
    test, test_row = wespeaker_vectors(folder / "eval.scp", sorted(set(test_ids)))
    cohort_utts = [line.split()[0] for line in (folder / "cohort.scp").read_text().splitlines()]
    cohort, _ = wespeaker_vectors(folder / "cohort.scp", cohort_utts)
    enroll_mean, enroll_std = wespeaker_moments(enroll, cohort, top_n)
    test_mean, test_std = wespeaker_moments(test, cohort, top_n)
    with (folder / "scores.labelled").open() as lines, (folder / "peer").open("w") as out:
        for line in lines.readlines():
            one, other, score, label = line.strip().split()
            e, t, score = enroll_row[one], test_row[other], float(score)
            normed = 0.5 * ((score - enroll_mean[e]) / enroll_std[e] + (score - test_mean[t]) / test_std[t])
            sizes = (np.linalg.norm(enroll[e]), np.linalg.norm(test[t])) if magnitudes else (0, 0)
            means = enroll_mean[e], test_mean[t]
            out.write(_PEER_LINE.format(one, other, normed, label, *sizes, *means))


def wespeaker_without_magnitudes(folder, top_n):
    wespeaker(folder, top_n, magnitudes=False)


def kowairo(folder, top_n):
    cohort = Cohort.of_utterances(open_embeddings(folder / "cohort.scp").vectors)
    normalizer = AdaptiveSNorm(top_n=top_n).fit(open_embeddings(folder / "eval.scp"), cohort)
    normalizer.transform_file(folder / "scores", folder / "ours")


def kowairo_plain(folder, top_n):
    """The same without what the extra [fast] brings."""
    load, core_fast.load_polars = core_fast.load_polars, lambda: None
    try:
        kowairo(folder, top_n)
    finally:
        core_fast.load_polars = load


def check_equal(folder):
    """Refuse to compare times of results that differ by more than the peer's rounding."""
    peer = [float(line.split()[2]) for line in (folder / "peer").read_text().splitlines()]
    difference = np.abs(read_scores(folder / "ours").values - peer).max()
    if difference > 1e-4:
        raise SystemExit(f"the scores differ by {difference}")
    return difference


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--utterances", type=int, default=10_000)
    parser.add_argument("--cohort", type=int, default=6_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--top-n", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    ways = (wespeaker, wespeaker_without_magnitudes, kowairo_plain, kowairo)
    times = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder, options)
        for _ in range(options.runs):
            for way in ways:
                start = time.process_time()
                way(folder, options.top_n)
                times[way].append(time.process_time() - start)
        difference = check_equal(folder)
    print(f"{options.trials} trials, {options.utterances} utterances, cohort {options.cohort}, one thread;")
    print(f"largest difference of a score {difference:.1e}; {provenance()}\n")
    print("| way | CPU s, best (worst) | WeSpeaker / way | without magnitudes / way |")
    print("| --- | --- | --- | --- |")
    best = {way: min(each) for way, each in times.items()}
    for way, each in times.items():
        ratios = [best[peer] / best[way] for peer in ways[:2]]
        print(f"| {way.__name__} | {best[way]:.2f} ({max(each):.2f}) | {ratios[0]:.1f} | {ratios[1]:.1f} |")


if __name__ == "__main__":
    main()
