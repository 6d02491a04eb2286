"""CPU time and memory of AS-norm statistics, beside the bare matrix product; prints a markdown table.

The embeddings lie in a file and are read block by block. Both ways are timed in turns on the same rows; the
bare product is single precision, in blocks that fit the cache, into memory that is there already.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from kowairo.core import provenance
from kowairo.scoring.normalization import Cohort, cohort_moments

_BLOCK_ROWS = 512  # the fastest of 64 to 1024 for the bare product


def embeddings(path, num_rows, dim, rng):
    """Utterances of many speakers in a file: (num_rows, dim) float32, not of unit length."""
    vectors = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(num_rows, dim))
    centers = rng.normal(size=(1000, dim)).astype(np.float32)
    for start in range(0, num_rows, 10_000):
        size = min(10_000, num_rows - start)
        noise = rng.normal(size=(size, dim)).astype(np.float32)
        vectors[start : start + size] = centers[rng.integers(0, 1000, size)] + noise
    vectors.flush()
    return np.load(path, mmap_mode="r")


def bare_product(vectors, rows, out):
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = vectors[start : start + _BLOCK_ROWS]
        np.matmul(block, rows.T, out=out[: len(block)])


def full_sort(vectors, rows, top_n):
    """Whole score matrix, sorted: how WeSpeaker's score_norm finds the nearest rows."""
    unit = vectors / np.sqrt(np.sum(vectors**2, axis=1, keepdims=True))
    scores = np.sort(unit @ rows.T, axis=1)[:, ::-1][:, :top_n]
    return scores.mean(axis=1), scores.std(axis=1)


def seconds(work, *args, **options):
    start = time.thread_time()
    work(*args, **options)
    return time.thread_time() - start


def bench(vectors, cohort, *, top_n, part_rows, sort_parts):
    rows = cohort.vectors.astype(np.float32)
    out = np.zeros((_BLOCK_ROWS, len(rows)), dtype=np.float32)
    cohort_moments(vectors[:_BLOCK_ROWS], cohort, top_n=top_n)
    times = {"bare product": [], "kowairo": [], "full sort": []}
    for number, start in enumerate(range(0, len(vectors), part_rows)):
        part = vectors[start : start + part_rows]
        times["bare product"].append(seconds(bare_product, part, rows, out))
        times["kowairo"].append(seconds(cohort_moments, part, cohort, top_n=top_n))
        if number < sort_parts:
            times["full sort"].append(seconds(full_sort, part, rows, top_n))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=100_000)
    parser.add_argument("--cohort", type=int, default=20_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--top-n", type=int, default=300)
    parser.add_argument("--part", type=int, default=5000, help="utterances per turn")
    parser.add_argument(
        "--sort-parts", type=int, default=1, help="turns of the full sort; 0 to measure memory"
    )
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        vectors = embeddings(Path(folder) / "vectors.npy", options.utterances, options.dim, rng)
        impostors = embeddings(Path(folder) / "cohort.npy", options.cohort, options.dim, rng)
        cohort = Cohort.of_utterances(impostors)
        times = bench(
            vectors, cohort, top_n=options.top_n, part_rows=options.part, sort_parts=options.sort_parts
        )
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    bare = np.array(times["bare product"])
    gflops = 2e-9 * options.utterances * options.cohort * options.dim / bare.sum()
    print(f"{options.utterances} x {options.cohort} x {options.dim}, top {options.top_n}, one thread;")
    print(f"bare product {gflops:.0f} GFLOP/s; peak memory of the whole process {peak_gb:.2f} GB")
    print(f"{provenance()}\n")
    print("| way | CPU s per 1000 utterances (min-max of parts) | median ratio to the bare product |")
    print("| --- | --- | --- |")
    for way, parts in times.items():
        if parts:
            each = np.array(parts) * 1000 / options.part
            ratio = np.median(np.array(parts) / bare[: len(parts)])
            print(f"| {way} | {each.mean():.3f} ({each.min():.3f}-{each.max():.3f}) | {ratio:.2f} |")


if __name__ == "__main__":
    main()
