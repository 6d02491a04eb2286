"""Forward and training step of EcapaGroupNorm beside SpeechBrain's ECAPA-TDNN with GroupNorm.

Run: python benchmarks/models/bench_ecapa.py --channels 256 --batch 64 --seconds 2 --threads 1

CPU time is counted, not wall time; the ways are interleaved and each row is the least of its runs, so that
other work on the machine disturbs it little. The peaks are those of large matrix products in the same run.
"""

import argparse
import subprocess
import time
from collections.abc import Callable
from math import gcd

import torch
from torch import nn

from kowairo.models import EcapaGroupNorm

Step = Callable[[], object]
Network = Callable[[torch.Tensor], torch.Tensor]


def measure(steps: dict[str, Step], *, runs: int) -> dict[str, list[float]]:
    """CPU seconds of each step, interleaved, after one warm-up."""
    for step in steps.values():
        step()
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(runs):
        for name, step in steps.items():
            start = time.process_time()
            step()
            seconds[name].append(time.process_time() - start)
    return seconds


def peak_gflops(dtype: torch.dtype, *, size: int = 2048) -> float:
    """Giga-operations per CPU second of a square matrix product."""
    matrix = torch.randn(size, size).to(dtype)
    return 2e-9 * size**3 / min(measure({"product": lambda: matrix @ matrix}, runs=7)["product"])


def speechbrain_network(ours: EcapaGroupNorm, channels: list[int], num_groups: int) -> nn.Module:
    """SpeechBrain's network with GroupNorm and our weights."""
    from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN

    def swap(module: nn.Module) -> nn.Module:
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm1d):
                setattr(module, name, nn.GroupNorm(gcd(num_groups, child.num_features), child.num_features))
            else:
                swap(child)
        return module

    network = swap(ECAPA_TDNN(80, lin_neurons=192, channels=channels))
    network.load_state_dict(ours.backbone.state_dict())
    return network


def forward_of(network: Network, features: torch.Tensor, *, dtype: str) -> Step:
    """A step that embeds without gradients."""

    def step() -> torch.Tensor:
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bf16"):
            return network(features)

    return step


def training_of(network: Network, features: torch.Tensor, *, dtype: str) -> Step:
    """A step that embeds and computes the gradients of all weights."""

    def step() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bf16"):
            embeddings = network(features)
        embeddings.float().square().sum().backward()

    return step


def multiply_adds_per_frame(encoder: EcapaGroupNorm) -> int:
    """Products of the frame-wise layers; the attention's context is per utterance and not counted."""
    total = 0
    for name, parameter in encoder.backbone.named_parameters():
        frame_wise = not name.startswith("fc.") and ".se_block." not in name
        if parameter.ndim == 3 and frame_wise:
            total += parameter.numel() // (3 if name.startswith("asp.tdnn.") else 1)
    return total


def arguments() -> argparse.Namespace:
    """The sizes to measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=256)
    parser.add_argument("--num-groups", type=int, default=8)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def main() -> None:
    """Prints one table."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    channels = [args.channels] * 4 + [3 * args.channels]
    encoder = EcapaGroupNorm(channels=channels, num_groups=args.num_groups)
    reference = speechbrain_network(encoder, channels, args.num_groups)
    features = torch.randn(args.batch, 1 + round(100 * args.seconds), 80)
    networks = {"SpeechBrain": reference, "kowairo": encoder.embed_features}
    kinds = {"forward": (forward_of, 1), "training step": (training_of, 3)}
    peaks = {"fp32": peak_gflops(torch.float32), "bf16": peak_gflops(torch.bfloat16)}
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    print(f"torch {torch.__version__}, commit {commit}, {args.threads} threads")
    print(f"channels {channels}, {args.batch} x {args.seconds} s, {args.runs} runs")
    print(f"peaks, GFLOP per CPU second: fp32 {peaks['fp32']:.0f}, bf16 {peaks['bf16']:.0f}\n")
    print("| what | precision | SpeechBrain, ms/utt | kowairo, ms/utt (median) | ratio | of peak |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, (make, passes) in kinds.items():
        for dtype, peak in peaks.items():
            steps = {name: make(network, features, dtype=dtype) for name, network in networks.items()}
            seconds = measure(steps, runs=args.runs)
            theirs, ours = min(seconds["SpeechBrain"]), min(seconds["kowairo"])
            median = sorted(seconds["kowairo"])[args.runs // 2]
            work = 2e-9 * passes * multiply_adds_per_frame(encoder) * features.shape[1] * args.batch
            to_ms = 1e3 / args.batch
            print(
                f"| {kind} | {dtype} | {theirs * to_ms:.2f} | {ours * to_ms:.2f} ({median * to_ms:.2f}) "
                f"| {theirs / ours:.2f} | {100 * work / ours / peak:.0f} % |"
            )


if __name__ == "__main__":
    main()
