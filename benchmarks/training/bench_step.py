"""Speed of a training step: number format, threads and data workers on this machine.

Run: python benchmarks/training/bench_step.py [--channels 256] [--batch 32] [--crop-s 2]
"""

import argparse
import os
import platform
import statistics
import time
from dataclasses import dataclass

import numpy as np
import torch

from kowairo.losses import AAMSoftmax, MarginSchedule
from kowairo.models import EcapaGroupNorm, NormalizedFbank
from kowairo.training import (
    AdamW,
    AudioSource,
    Head,
    Shuffled,
    SpeakerModel,
    SpeakerModule,
    StepRules,
    WarmupCosine,
)
from kowairo.training.batch_plan import BatchPlan
from kowairo.training.crop_loader import CropLoader
from kowairo.training.dataset import CropDataset
from kowairo.training.training_items import TrainingItems


@dataclass(frozen=True)
class Sizes:
    """What is measured."""

    channels: int
    batch: int
    crop_s: float
    steps: int


class RandomAudio(AudioSource):
    """Noise in memory, so that the step is measured and not the disk."""

    def __init__(self) -> None:
        self._samples = (3000 * np.random.default_rng(0).standard_normal(64000)).astype(np.int16)

    def samples(self, utt):
        """Four seconds of noise."""
        return self._samples

    def __contains__(self, utt):
        return True


def make_module(sizes: Sizes, dtype: torch.dtype, speakers: int, shards: int) -> SpeakerModule:
    groups = 32 if sizes.channels >= 1024 else 8
    encoder = EcapaGroupNorm(
        channels=(sizes.channels,) * 4 + (3 * sizes.channels,), num_groups=groups, front_end=NormalizedFbank()
    )
    head = Head(AAMSoftmax(encoder.embedding_dim, speakers), [str(number) for number in range(speakers)])
    rules = StepRules(AdamW(), WarmupCosine(), MarginSchedule(), total_steps=1000, dtype=dtype, shards=shards)
    return SpeakerModule(SpeakerModel(encoder, head).train(), rules)


def make_loader(sizes: Sizes, workers: int, speakers: int) -> CropLoader:
    count = (sizes.steps + 2) * sizes.batch
    items = TrainingItems([str(number) for number in range(count)], np.arange(count) % speakers, [])
    dataset = CropDataset(items, source=RandomAudio(), num_samples=round(sizes.crop_s * 16000), seed=0)
    plan = BatchPlan(items.labels, order=Shuffled(), batch_size=sizes.batch, seed=0)
    return CropLoader(dataset, plan, num_workers=workers)


def measure(sizes: Sizes, dtype: torch.dtype, kernel_threads: int, shards: int, workers: int) -> str:
    torch.set_num_threads(kernel_threads)
    module, loader = make_module(sizes, dtype, 500, shards), make_loader(sizes, workers, 500)
    wall, cpu = [], []
    for number, batch in enumerate(loader):
        started = (time.perf_counter(), time.process_time())
        module.take_step(batch)
        if number >= 2:
            wall.append(time.perf_counter() - started[0])
            cpu.append(time.process_time() - started[1])
    half_spread = (max(wall) - min(wall)) / 2
    return (
        f"| {sizes.channels} | {sizes.batch} x {sizes.crop_s:g} s | {str(dtype).removeprefix('torch.')} "
        f"| {shards} | {kernel_threads} | {workers} | {min(wall):.3f} "
        f"| {statistics.median(wall):.3f} ± {half_spread:.3f} | {statistics.median(cpu):.3f} |"
    )


def matrix_peak(dtype: torch.dtype, size: int = 1024) -> float:
    """GFLOP/s of a square product on one thread, best of five."""
    torch.set_num_threads(1)
    left, right = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    seconds = []
    for _ in range(6):
        started = time.process_time()
        torch.mm(left, right)
        seconds.append(time.process_time() - started)
    return 2e-9 * size**3 / min(seconds[1:])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--channels", type=int, default=256)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--crop-s", type=float, default=2.0)
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    sizes = Sizes(options.channels, options.batch, options.crop_s, options.steps)
    peaks = {name: matrix_peak(dtype) for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))}
    print(f"{platform.machine()}, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}")
    print(
        "one-thread matrix peak:", ", ".join(f"{name} {value:.0f} GFLOP/s" for name, value in peaks.items())
    )
    print(
        "| channels | batch | format | shards | kernel threads | workers | best s | median s | median CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for dtype in (torch.float32, torch.bfloat16):
        for threads, shards, workers in ((1, 1, 0), (1, 2, 0), (1, 2, 1), (2, 1, 0)):
            print(measure(sizes, dtype, threads, shards, workers), flush=True)


if __name__ == "__main__":
    main()
