"""Cost of augmentations per crop.

OMP_NUM_THREADS=1 python benchmarks/data/bench_augment.py --material exp/vn_char/augment/train --speech CORPUS
"""

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy
import soundfile
from numpy.typing import NDArray

from kowairo.core import Corpus
from kowairo.data.audio import read_audio
from kowairo.data.augment import (
    AdditiveNoise,
    Augmentation,
    Babble,
    BandPass,
    Clip,
    Gain,
    HighPass,
    LossyCodec,
    LowPass,
    MuLaw,
    Reverb,
    default_augmentation,
)


def bench(augmentation: Augmentation, crops: Sequence[NDArray[np.float32]], *, repeats: int) -> list[float]:
    """CPU milliseconds per crop of each repeat, after a warm-up pass; every repeat draws the same choices."""
    times_ms = []
    for repeat in range(repeats + 1):
        start = time.process_time()
        for index, crop in enumerate(crops):
            augmentation(crop, rng=np.random.default_rng(index))
        if repeat > 0:
            times_ms.append((time.process_time() - start) / len(crops) * 1000.0)
    return times_ms


def real_crops(corpus: Path, *, num_crops: int, seconds: float) -> list[NDArray[np.float32]]:
    """Crops of different utterances; lines that are shorter are repeated."""
    audio = Corpus.read(corpus).audio
    chosen = sorted(audio)[:: max(1, len(audio) // num_crops)][:num_crops]
    return [np.resize(read_audio(audio[utt]), round(seconds * 16000)) for utt in chosen]


def augmentations(material: Path) -> dict[str, Augmentation]:
    """What is measured, by name."""
    return {
        "default chain, probability 1": default_augmentation(material, probability=1.0),
        "default chain, probability 0.6": default_augmentation(material, probability=0.6),
        "noise": AdditiveNoise(material / "noise.scp"),
        "babble": Babble(material / "speech.scp"),
        "reverb": Reverb(material / "rir.scp"),
        "low-pass": LowPass(),
        "high-pass": HighPass(),
        "telephone band": BandPass(),
        "mu-law": MuLaw(),
        "clip": Clip(),
        "gain": Gain(),
        "Ogg Vorbis": LossyCodec(codecs=["vorbis"]),
        "MP3": LossyCodec(codecs=["mp3"]),
        "Ogg Opus": LossyCodec(codecs=["opus"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--material", type=Path, required=True)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--crops", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}, "
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"libsndfile {soundfile.__libsndfile_version__}, commit {commit.stdout.strip()}; "
        f"{args.crops} crops of {args.seconds:g} s, {args.repeats} runs\n"
    )
    print("| augmentation | CPU ms per crop, median | lowest-highest |\n| --- | --- | --- |")
    crops = real_crops(args.speech, num_crops=args.crops, seconds=args.seconds)
    for name, augmentation in augmentations(args.material).items():
        # The codecs are so slow that a tenth of the crops says enough.
        some = crops[::10] if isinstance(augmentation, LossyCodec) else crops
        times_ms = bench(augmentation, some, repeats=args.repeats)
        print(f"| {name} | {np.median(times_ms):.3f} | {min(times_ms):.3f}-{max(times_ms):.3f} |")


if __name__ == "__main__":
    main()
