"""Speed of crops out of a packed store and out of tar shards; prints a markdown table.

Run: python benchmarks/training/bench_shards.py --data DIR [--crop_s 2] [--batch 64]

DIR is a Kaldi folder of real lines. No augmentation: what is measured is reading, decoding and cutting in the
training process itself, as CPU time per line, median and spread of the runs.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from kowairo.core import Corpus, CorpusTables, provenance
from kowairo.data import AudioStore
from kowairo.data.shards import write_shards
from kowairo.training import DecodedAudio, ShardShuffle, Shuffled, StageConfig, StoredAudio
from kowairo.training.batch_plan import BatchPlan
from kowairo.training.crop_loader import CropLoader
from kowairo.training.dataset import CropDataset
from kowairo.training.shard_stage import ShardInput, shard_stage
from kowairo.training.training_items import training_items

RATE_HZ = 16_000


def plain_loader(corpus, source, batch, num_samples):
    items = training_items(corpus.utt2spk, source=source)
    crops = CropDataset(items, source=source, num_samples=num_samples, seed=0)
    return CropLoader(crops, BatchPlan(items.labels, order=Shuffled(), batch_size=batch, seed=0))


def shard_loader(shards, batch, num_samples):
    config = StageConfig(name="bench", batch_size=batch)
    stage = shard_stage(config, ShardInput(shards, ShardShuffle()))
    crops = CropDataset(stage.found.items, source=stage.source, num_samples=num_samples, seed=0)
    return stage.loader(crops, stage.plan(config, seed=0))


def milliseconds_per_line(loader, runs):
    """CPU time of an epoch per line, of each epoch after the first."""
    found = []
    for epoch in range(runs + 1):
        loader.seek(epoch, 0)
        start = time.process_time()
        for _ in loader:
            pass
        found.append(1000 * (time.process_time() - start) / (loader.batches_per_epoch * loader.batch_size))
    return found[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="Kaldi folder of the lines")
    parser.add_argument("--crop_s", type=float, default=2.0)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    everything = Corpus.read(options.data)
    chosen = np.random.default_rng(0).permutation(everything.utts)[: options.lines].tolist()
    corpus = everything.subset(chosen)
    samples = round(options.crop_s * RATE_HZ)
    print("| from | ms CPU a line | spread | MB on disk |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus.write(folder / "corpus")
        store = AudioStore.build(corpus, folder / "store", threads=1)
        flac = write_shards(CorpusTables(folder / "corpus"), folder / "flac", threads=1)
        original = write_shards(
            CorpusTables(folder / "corpus"), folder / "original", audio_format="original", threads=1
        )
        ways = {
            "store": (plain_loader(corpus, StoredAudio(store), options.batch, samples), store.folder),
            "shards, flac": (shard_loader(flac, options.batch, samples), flac.folder),
            "shards, original": (shard_loader(original, options.batch, samples), original.folder),
            "files": (plain_loader(corpus, DecodedAudio(corpus), options.batch, samples), None),
        }
        for way, (loader, place) in ways.items():
            figures = milliseconds_per_line(loader, options.runs)
            size = sum(path.stat().st_size for path in place.iterdir()) / 1e6 if place else float("nan")
            spread = f"{min(figures):.2f} to {max(figures):.2f}"
            print(f"| {way} | {statistics.median(figures):.2f} | {spread} | {size:.0f} |")
    made = provenance()
    print(f"\n{made['cpu']}, Python {made['python']}, NumPy {made['numpy']}, commit {made['commit']}")


if __name__ == "__main__":
    main()
