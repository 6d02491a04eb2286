"""CPU time of cosine trials beside WeSpeaker's and VoicePersonification's loops; prints a markdown table.

The peers are rewritten from wespeaker/bin/score.py (scikit-learn's cosine_similarity once per trial) and
VoicePersonification/metrics/eer.py (a row of a table at a time: mean of the utterance's embeddings, then
torch's cosine_similarity; here without the cost of pandas' rows) and timed on some of the trials, for their
time grows with the trials exactly. Neither file is read or written. All are timed in turns, on one thread.
With --stream the table has a row of trials scored from file to file, each in a process of its own.
"""

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics.pairwise import cosine_similarity

import kowairo.core._fast as core_fast
import kowairo.scoring.cosine as cosine_module
from kowairo.core import EmbeddingSet, Trials, provenance
from kowairo.scoring import score_trials
from kowairo.scoring.cosine import pair_scores
from kowairo.scoring.trial_files import score_trial_file

PEER_TRIALS = 3000


def make_trials(utterances, trials, dim):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(utterances, dim)).astype(np.float32)
    utts = [f"id{row % 997:05d}/session{row % 13:02d}/{row:05d}.wav" for row in range(utterances)]
    rows = rng.integers(0, utterances, (2, trials))
    sides = ([utts[row] for row in side.tolist()] for side in rows)
    return EmbeddingSet(vectors, utts), Trials(*sides, rng.random(trials) < 0.1), rows


def wespeaker(vectors, pairs):
    return [cosine_similarity(vectors[a].reshape(1, -1), vectors[b].reshape(1, -1))[0][0] for a, b in pairs]


def voice_personification(tensors, pairs):
    scores = []
    for enroll, test in pairs:
        left = torch.mean(torch.stack(tensors[enroll]), dim=0, keepdim=True)
        right = torch.mean(torch.stack(tensors[test]), dim=0, keepdim=True)
        scores.append(torch.nn.functional.cosine_similarity(left, right).item())
    return scores


def use_plain_ways():
    cosine_module.pair_kernel = lambda: None
    core_fast.load_polars = lambda: None


def cpu_seconds(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def time_in_turns(ways, runs):
    times = {name: [] for name in ways}
    for _ in range(runs + 1):
        for name, (work, _) in ways.items():
            times[name].append(cpu_seconds(work))
    return {name: np.array(each[1:]) * ways[name][1] for name, each in times.items()}  # the first warms up


def in_memory(options):
    embeddings, trials, rows = make_trials(options.utterances, options.trials, options.dim)
    pairs = list(zip(trials.enroll[:PEER_TRIALS], trials.test[:PEER_TRIALS], strict=True))
    vectors = dict(zip(embeddings.utts, embeddings.vectors, strict=True))
    tensors = {utt: [torch.from_numpy(vector)] for utt, vector in vectors.items()}
    unit = embeddings.vectors / np.linalg.norm(embeddings.vectors, axis=1, keepdims=True)
    kernel = cosine_module.pair_kernel

    def plain(work):
        cosine_module.pair_kernel = lambda: None
        try:
            return work()
        finally:
            cosine_module.pair_kernel = kernel

    def whole():
        return score_trials(embeddings, trials)

    def pairs_only():
        return pair_scores(unit, *rows)

    difference = np.abs(whole().values[:PEER_TRIALS] - wespeaker(vectors, pairs)).max()
    if difference > 1e-6:
        raise SystemExit(f"the scores differ by {difference}")
    torch.set_num_threads(1)
    scale = options.trials / len(pairs)
    return time_in_turns(
        {
            "WeSpeaker's loop": (lambda: wespeaker(vectors, pairs), scale),
            "VoicePersonification's rows": (lambda: voice_personification(tensors, pairs), scale),
            "kowairo plain, from ids": (lambda: plain(whole), 1),
            "kowairo [fast], from ids": (whole, 1),
            "kowairo plain, rows known": (lambda: plain(pairs_only), 1),
            "kowairo [fast], rows known": (pairs_only, 1),
        },
        options.runs,
    )


def peak_mb():
    """Peak of this process' memory; getrusage would give its parent's where that was larger."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line[:6] == "VmHWM:"]
    return int(line.split()[1]) / 1024


def stream(folder, *, is_plain, answer):
    if is_plain:
        use_plain_ways()
    before = peak_mb()
    start = time.process_time()
    embeddings = EmbeddingSet.load(folder / "set")
    counts = score_trial_file(embeddings, folder / "trials", folder / "scores")
    seconds = time.process_time() - start
    peak = peak_mb()
    answer.put((seconds, before, peak, counts.num_scored))


def from_file_to_file(options):
    embeddings, trials, _ = make_trials(options.utterances, options.trials, options.dim)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        embeddings.save(folder / "set")
        lines = "".join(f"{a} {b} {'target' if t else 'nontarget'}\n" for a, b, t in trials)
        with (folder / "trials").open("w") as file:
            file.writelines(lines for _ in range(options.stream // options.trials))
        for is_plain in (True, False):
            answer = spawn.Queue()
            options_of_run = {"is_plain": is_plain, "answer": answer}
            process = spawn.Process(target=stream, args=(folder,), kwargs=options_of_run)
            process.start()
            yield is_plain, *answer.get()
            process.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--utterances", type=int, default=10_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--stream", type=int, default=0, help="trials to score from file to file, 0: none")
    options = parser.parse_args()
    times = in_memory(options)
    best = {name: each.min() for name, each in times.items()}
    peers = list(times)[:2]
    print(f"{options.trials} trials over {options.utterances} x {options.dim}, one thread; {provenance()}\n")
    print("| way | CPU s, best (worst) | WeSpeaker / way | VoicePersonification / way |")
    print("| --- | --- | --- | --- |")
    for name, each in times.items():
        ratios = [best[peer] / best[name] for peer in peers]
        print(f"| {name} | {best[name]:.3f} ({each.max():.3f}) | {ratios[0]:.0f} | {ratios[1]:.0f} |")
    if options.stream:
        print("\n| from file to file | trials | CPU s | MB at the start | MB at the peak |")
        print("| --- | --- | --- | --- | --- |")
        for is_plain, seconds, before, peak, scored in from_file_to_file(options):
            name = "plain" if is_plain else "[fast]"
            print(f"| {name} | {scored} | {seconds:.1f} | {before:.0f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
