"""CPU time of reading and writing Kaldi archives beside kaldiio; prints a markdown table."""

import argparse
import tempfile
import time
from pathlib import Path

import kaldiio
import numpy as np

from kowairo.core import EmbeddingSet, provenance, read_ark, read_ark_scp, write_ark


def make_sets(vectors, dim):
    """Ids of one length, as most corpora have them, and ids of many lengths."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(vectors, dim)).astype(np.float32)
    one_length = [f"id{row % 1211:05d}-session{row % 13:02d}-{row:07d}" for row in range(vectors)]
    many_lengths = [f"{'x' * (row % 11)}{row}" for row in range(vectors)]
    return {
        "one length": EmbeddingSet(values, one_length),
        "many lengths": EmbeddingSet(values, many_lengths),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.vectors} vectors of {options.dim}, one thread; {provenance()}\n")
    print("| ids | work | kaldiio CPU s, best (worst) | kowairo | kaldiio / kowairo |")
    print("| --- | --- | --- | --- | --- |")
    for ids, embeddings in make_sets(options.vectors, options.dim).items():
        with tempfile.TemporaryDirectory() as name:
            for work, (peer, ours) in ways(embeddings, Path(name)).items():
                times = {peer: [], ours: []}
                for _ in range(options.runs):
                    for way, spent in times.items():
                        start = time.process_time()
                        way()
                        spent.append(time.process_time() - start)
                cells = [f"{min(spent):.2f} ({max(spent):.2f})" for spent in times.values()]
                ratio = min(times[peer]) / min(times[ours])
                print(f"| {ids} | {work} | {cells[0]} | {cells[1]} | {ratio:.1f} |")


def ways(embeddings, folder):
    """Work by name: kaldiio's way and ours. Reading starts from the file that writing left."""
    arrays = dict(zip(embeddings.utts, embeddings.vectors, strict=True))
    ark, scp = str(folder / "x.ark"), str(folder / "x.scp")
    return {
        "write ark and scp": (
            lambda: kaldiio.save_ark(ark, arrays, scp=scp),
            lambda: write_ark(ark, embeddings),
        ),
        "read ark": (lambda: dict(kaldiio.load_ark(ark)), lambda: read_ark(ark)),
        "read by scp": (lambda: dict(kaldiio.load_scp_sequential(scp)), lambda: read_ark_scp(scp)),
    }


if __name__ == "__main__":
    main()
