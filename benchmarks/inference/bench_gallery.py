"""CPU time and memory of identifying recordings in a large gallery, beside the bare product and faiss.

    OMP_NUM_THREADS=1 python benchmarks/inference/bench_gallery.py --voices 1000000 --queries 200 --runs 5

All ways search the same unit vectors in one batch, in turns in one process, with equal threads; seconds are
CPU seconds of the process. The bare product computes all cosines and chooses none: one NumPy product into an
output that is there already, and the same in blocks that stay in the cache. With --gallery DIR a gallery is
also written there, opened and asked, which gives the times from the disk.
"""

import argparse
import time
from pathlib import Path

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from kowairo.core import provenance
from kowairo.inference.gallery import (
    AcceptanceRule,
    Gallery,
    GalleryEncoder,
    ReferenceFacts,
    References,
    VoiceMatrix,
)

BLOCK_ROWS = 2048
BATCH_ROWS = 100_000
TOP = 5
RULE = AcceptanceRule(0.5, 0.05)


def unit_rows(rows, dim, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((rows, dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def resident_mb(field="VmRSS"):
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1]) / 1024


def forget_peak():
    Path("/proc/self/clear_refs").write_text("5")


def cpu_seconds(work):
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def blocks(queries, vectors, buffer):
    for start in range(0, len(vectors), BLOCK_ROWS):
        rows = vectors[start : start + BLOCK_ROWS]
        np.matmul(queries, rows.T, out=buffer[:, : len(rows)])


def bare_ways(queries, vectors):
    whole = np.empty((len(queries), len(vectors)), dtype=np.float32)
    buffer = np.empty((len(queries), BLOCK_ROWS), dtype=np.float32)
    return {
        "bare product, one call": lambda: np.matmul(queries, vectors.T, out=whole),
        "bare product, in blocks": lambda: blocks(queries, vectors, buffer),
    }


def in_turns(ways, runs):
    taken = {name: [] for name in ways}
    for _ in range(runs + 1):
        for name, work in ways.items():
            taken[name].append(cpu_seconds(work)[0])
    return {name: np.array(each[1:]) for name, each in taken.items()}  # the first warms up


def compare(options):
    vectors = unit_rows(options.voices, options.dim, 0)
    queries = unit_rows(options.queries, options.dim, 1)
    names = [f"v{row:07d}" for row in range(len(vectors))]
    single = VoiceMatrix(names, np.ones(len(names), dtype=np.int64), vectors, "centroid")
    fours = VoiceMatrix(names[: len(names) // 4], np.full(len(names) // 4, 4), vectors, "max")
    index = faiss.IndexFlatIP(options.dim)
    index.add(vectors)
    found, expected = single.nearest(queries, k=TOP), index.search(queries, TOP)
    np.testing.assert_allclose(found.scores, expected[0], atol=1e-5)
    ways = bare_ways(queries, vectors) | {
        "faiss IndexFlatIP": lambda: index.search(queries, TOP),
        "kowairo, one reference a voice": lambda: single.nearest(queries, k=TOP),
        "kowairo, four references a voice, scoring max": lambda: fours.nearest(queries, k=TOP),
    }
    times = in_turns(ways, options.runs)
    base = min(np.median(times[name]) for name in times if name.startswith("bare"))
    peer = np.median(times["faiss IndexFlatIP"])
    print("| way | CPU s, median (least, most) | / bare product | / faiss |\n|---|---|---|---|")
    for name, each in times.items():
        middle = np.median(each)
        spread = f"{middle:.2f} ({each.min():.2f}, {each.max():.2f})"
        print(f"| {name} | {spread} | {middle / base:.2f} | {middle / peer:.2f} |")
    rows_mb = vectors.nbytes / 2**20
    forget_peak()
    before = resident_mb()
    single.nearest(queries, k=TOP)
    beside = resident_mb("VmHWM") - before
    print(f"\nmemory: rows {rows_mb:.0f} MiB, while searching {beside:.0f} MiB more")


def write_gallery(place, vectors):
    gallery = Gallery.create(place, GalleryEncoder("none", "0" * 64, vectors.shape[1]))
    for start in range(0, len(vectors), BATCH_ROWS):
        rows = vectors[start : start + BATCH_ROWS]
        numbers = range(start, start + len(rows))
        facts = [ReferenceFacts(f"v{number:07d}", f"{number}.wav", f"d{number}", 2.0) for number in numbers]
        gallery.add(References(facts, rows), encoder_sha256="0" * 64)


def from_disk(options):
    seconds, _ = cpu_seconds(
        lambda: write_gallery(options.gallery, unit_rows(options.voices, options.dim, 0))
    )
    print(f"\nfrom the disk: written in {seconds:.0f} CPU s, ", end="")
    queries = unit_rows(options.queries, options.dim, 1)
    size = sum(path.stat().st_size for path in options.gallery.rglob("*") if path.is_file())
    forget_peak()
    gallery, before = Gallery.open(options.gallery), resident_mb()
    first, _ = cpu_seconds(lambda: gallery.identify(queries, rule=RULE, count=TOP))
    peak, kept = resident_mb("VmHWM") - before, resident_mb() - before
    later = [cpu_seconds(lambda: gallery.identify(queries, rule=RULE, count=TOP))[0] for _ in range(3)]
    read = f"{size / 2**20:.0f} MiB; opened, read and asked once in {first:.1f} CPU s"
    print(f"{read}, then {min(later):.2f} s a batch")
    print(f"memory of the gallery: {kept:.0f} MiB, at the peak {peak:.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--gallery", type=Path, help="write a gallery of this size here, in a new folder")
    options = parser.parse_args()
    faiss.omp_set_num_threads(options.threads)
    origin = provenance()
    print(f"{options.voices} vectors x {options.dim}, {options.queries} queries, top {TOP}")
    print(f"{options.threads} thread(s), {options.runs} runs; {origin['cpu']}, commit {origin['commit']}")
    print(f"NumPy {np.__version__}, faiss {faiss.__version__} ({faiss.get_compile_options().strip()})\n")
    with threadpool_limits(options.threads):
        compare(options)
        if options.gallery is not None:
            from_disk(options)


if __name__ == "__main__":
    main()
