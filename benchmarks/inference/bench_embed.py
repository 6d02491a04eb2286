"""Speed of embedding: whole files on several workers of one core each, against kernels spread over the cores.

Run: python benchmarks/inference/bench_embed.py [--channels 256] [--files 40]
"""

import argparse
import os
import platform
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from kowairo.models import EcapaGroupNorm


def make_waveforms(count: int) -> list[torch.Tensor]:
    rng = np.random.default_rng(0)
    return [
        torch.from_numpy((0.1 * rng.standard_normal(round(16000 * seconds))).astype(np.float32))
        for seconds in rng.uniform(1.0, 8.0, count)
    ]


def embed_all(
    encoder: EcapaGroupNorm, waveforms: list[torch.Tensor], kernel_threads: int, workers: int
) -> None:
    def embed(waveform: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return encoder(waveform[None])

    torch.set_num_threads(kernel_threads)
    setting = {"initializer": torch.set_num_threads, "initargs": (kernel_threads,)}
    with ThreadPoolExecutor(workers, **setting) as pool:
        list(pool.map(embed, waveforms))


def measure(
    encoder: EcapaGroupNorm, waveforms: list[torch.Tensor], kernel_threads: int, workers: int, runs: int
) -> str:
    audio_s = sum(len(waveform) for waveform in waveforms) / 16000
    embed_all(encoder, waveforms, kernel_threads, workers)
    wall, cpu = [], []
    for _ in range(runs):
        started = (time.perf_counter(), time.process_time())
        embed_all(encoder, waveforms, kernel_threads, workers)
        wall.append(time.perf_counter() - started[0])
        cpu.append(time.process_time() - started[1])
    return (
        f"| {workers} | {kernel_threads} | {audio_s / min(wall):.0f} "
        f"| {audio_s / statistics.median(wall):.0f} "
        f"| {audio_s / statistics.median(cpu):.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--channels", type=int, default=256)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    width = options.channels
    encoder = EcapaGroupNorm(
        channels=(width,) * 4 + (3 * width,), num_groups=32 if width >= 1024 else 8
    ).eval()
    waveforms = make_waveforms(options.files)
    print(f"{platform.machine()}, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}, {width} channels")
    print("| workers | kernel threads | best xRT | median xRT | median xRT per CPU second |")
    print("|---|---|---|---|---|")
    for kernel_threads, workers in ((1, 1), (1, 2), (2, 1)):
        print(measure(encoder, waveforms, kernel_threads, workers, options.runs), flush=True)


if __name__ == "__main__":
    main()
