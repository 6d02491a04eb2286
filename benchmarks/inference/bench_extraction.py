"""Files to embeddings beside the published way: librosa, then SpeechBrain's ECAPA-TDNN in float32.

    python benchmarks/inference/bench_extraction.py --data DIR [--trained CHECKPOINT] [--files 200]

200 files of 1 to 12 s in mixed formats and rates are made of the data folder's voices. Each file goes through
every way in turn, and each way's CPU time is added up, so that other work on the machine disturbs all of them
alike. The peaks are those of large matrix products between the files. The published way runs with the same
weights. Needs librosa and speechbrain.
"""

import argparse
import platform
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import librosa
import torch
from extraction_files import PublishedFeatures, make_files, speechbrain_network

from kowairo.data import read_audio
from kowairo.models import EcapaGroupNorm, Encoder, from_pretrained, load_encoder


@dataclass
class Way:
    """One way from a file to an embedding, and what it took so far."""

    decode: object
    features: object
    network: object
    taken: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    embeddings: list[torch.Tensor] = field(default_factory=list)

    def embed(self, path: Path) -> None:
        """One file; adds the CPU seconds of its three steps."""
        value: object = path
        for step, function in enumerate((self.decode, self.features, self.network)):
            start = time.process_time()
            value = function(value)
            self.taken[step] += time.process_time() - start
        self.embeddings.append(value.double().flatten())


class Peaks:
    """Best matrix products seen so far, giga-operations per CPU second."""

    def __init__(self, size: int = 2048) -> None:
        self.size, self.best = size, {torch.float32: 0.0, torch.bfloat16: 0.0}
        self.matrices = {dtype: torch.randn(size, size).to(dtype) for dtype in self.best}

    def measure(self) -> None:
        """One product of each type."""
        for dtype, matrix in self.matrices.items():
            start = time.process_time()
            _ = matrix @ matrix
            found = 2e-9 * self.size**3 / (time.process_time() - start)
            self.best[dtype] = max(self.best[dtype], found)


def decode_published(path: Path) -> torch.Tensor:
    """What the published package does."""
    return torch.from_numpy(librosa.load(path, sr=16000, mono=True)[0])[None]


def decode_ours(path: Path) -> torch.Tensor:
    """What `kowairo embed` does."""
    return torch.from_numpy(read_audio(path))[None]


def products_per_frame(encoder: EcapaGroupNorm) -> tuple[int, int]:
    """Multiply-adds per frame: of all layers, and of those that stay float32 in bf16."""
    total = exact = 0
    for name, parameter in encoder.backbone.named_parameters():
        if parameter.ndim == 3 and not name.startswith("fc.") and ".se_block." not in name:
            count = parameter.numel() // (3 if name.startswith("asp.tdnn.") else 1)
            total += count
            exact += count if name.startswith(("blocks.0.", "blocks.1.")) else 0
    return total, exact


def ways_of(encoder: Encoder) -> dict[str, Way]:
    """The published way and ours."""
    return {
        "published, fp32": Way(
            decode_published, PublishedFeatures(encoder.front_end), speechbrain_network(encoder)
        ),
        **{
            f"kowairo, {name}": Way(
                decode_ours, encoder.front_end, encoder.for_inference(dtype).embed_features
            )
            for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))
        },
    }


def rows(name: str, encoder: EcapaGroupNorm, paths: list[Path], peaks: Peaks) -> list[str]:
    """Table rows of one encoder."""
    ways = ways_of(encoder)
    frames = audio_s = 0.0
    with torch.inference_mode():
        for way in ways.values():
            way.embed(paths[0])  # not counted: the first call of each shape sets things up
            way.taken, way.embeddings = [0.0, 0.0, 0.0], []
        for number, path in enumerate(paths):
            if number % 20 == 0:
                peaks.measure()
            for way in ways.values():
                way.embed(path)
            samples = decode_ours(path).shape[1]
            audio_s += samples / 16000
            frames += encoder.front_end.num_frames(samples)
    expected = torch.stack(ways["published, fp32"].embeddings)
    mean, published_s = expected.mean(dim=0), sum(ways["published, fp32"].taken)
    total, exact = products_per_frame(encoder)
    found = []
    for label, way in ways.items():
        actual = torch.stack(way.embeddings)
        cosine = torch.cosine_similarity(actual, expected).min().item()
        centred = torch.cosine_similarity(actual - mean, expected - mean).min().item()
        parts = " + ".join(f"{1e3 * taken / audio_s:.1f}" for taken in way.taken)
        fp32, bf16 = (1e9 * peaks.best[dtype] for dtype in peaks.best)
        rest = total - exact
        least_s = 2 * frames * (exact / fp32 + rest / (bf16 if "bf16" in label else fp32))
        found.append(
            f"| {name} | {label} | {1e3 * sum(way.taken) / audio_s:.1f} ({parts}) "
            f"| {audio_s / sum(way.taken):.1f} | {published_s / sum(way.taken):.2f} "
            f"| {1 - cosine:.1e} | {centred:.6f} | {100 * least_s / way.taken[2]:.0f} % |"
        )
    return found


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with voices/dev")
    parser.add_argument("--trained", type=Path, help="checkpoint of a trained network of 1024 channels")
    parser.add_argument("--networks", nargs="*", default=["random", "base", "anime"])
    parser.add_argument("--files", type=int, default=200)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    encoders: dict[str, Encoder] = {}
    for name in args.networks:
        if name == "random":
            encoders["1024 channels, random weights"] = EcapaGroupNorm()
        else:
            encoders[name] = from_pretrained(name)
    if args.trained is not None:
        encoders["1024 channels, trained"] = load_encoder(args.trained)
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    print(f"{platform.machine()}, torch {torch.__version__}, librosa {librosa.__version__}, commit {commit}")
    with TemporaryDirectory() as folder:
        paths = make_files(args.data / "voices" / "dev", Path(folder), args.files)
        peaks, table = Peaks(), []
        for name, encoder in encoders.items():
            table += rows(name, encoder.eval(), paths, peaks)
            print("\n".join(table[-3:]), flush=True)
    fp32, bf16 = peaks.best.values()
    print(f"{args.files} files; peaks, GFLOP per CPU second: fp32 {fp32:.0f}, bf16 {bf16:.0f}\n")
    print("| network | way | CPU ms per s of audio (decoding + features + network) | xRT | ratio ", end="")
    print("| 1 - least cosine | least centred cosine | network, of the peaks |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(table))


if __name__ == "__main__":
    main()
