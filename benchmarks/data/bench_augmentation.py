"""Cost of augmentations per crop, of an epoch's data, and of rooms batched in torch.

OMP_NUM_THREADS=1 python benchmarks/data/bench_augmentation.py --material exp/vn_char/augment/train \
    --speech CORPUS --store STORE
"""

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy
import soundfile
import torch
from numpy.typing import NDArray

from kowairo.core import Corpus
from kowairo.data import AudioStore
from kowairo.data.audio import read_audio
from kowairo.data.augment import (
    AdditiveNoise,
    Augmentation,
    Babble,
    BandPass,
    Clip,
    DropChunk,
    DropFreq,
    Gain,
    HighPass,
    LevelContour,
    LossyCodec,
    LowPass,
    MuLaw,
    Reverb,
    SignalBank,
    Telephone,
    default_augmentation,
    six_way_augmentation,
)
from kowairo.training.audio_source import random_crop

Crop = NDArray[np.float32]


def cpu_ms(function: Callable[[], object], *, count: int, repeats: int) -> list[float]:
    """CPU milliseconds per crop of each repeat, after a warm-up pass."""
    times_ms = []
    for repeat in range(repeats + 1):
        start = time.process_time()
        function()
        if repeat > 0:
            times_ms.append((time.process_time() - start) / count * 1000.0)
    return times_ms


def augment_all(augmentation: Augmentation, crops: Sequence[Crop]) -> None:
    """Every pass draws the same choices."""
    for index, crop in enumerate(crops):
        augmentation(crop, rng=np.random.default_rng(index))


def real_crops(corpus: Path, *, num_crops: int, seconds: float) -> list[Crop]:
    """Crops of different utterances; lines that are shorter are repeated."""
    audio = Corpus.read(corpus).audio
    chosen = sorted(audio)[:: max(1, len(audio) // num_crops)][:num_crops]
    return [np.resize(read_audio(audio[utt]), round(seconds * 16000)) for utt in chosen]


def augmentations(material: Path) -> dict[str, Augmentation]:
    """What is measured, by name."""
    return {
        "default chain, probability 1": default_augmentation(material, probability=1.0),
        "default chain, probability 0.6": default_augmentation(material, probability=0.6),
        "six-way": six_way_augmentation(material),
        "noise": AdditiveNoise(material / "noise.scp"),
        "babble": Babble(material / "speech.scp"),
        "reverb": Reverb(material / "rir.scp"),
        "low-pass": LowPass(),
        "high-pass": HighPass(),
        "telephone band": BandPass(),
        "drop chunk": DropChunk(),
        "drop freq": DropFreq(),
        "level contour": LevelContour(),
        "mu-law": MuLaw(),
        "clip": Clip(),
        "gain": Gain(),
        "telephone, mu-law": Telephone(codecs=["mu_law"]),
        "telephone, GSM": Telephone(codecs=["gsm"]),
        "telephone, G.721": Telephone(codecs=["g721"]),
        "IMA ADPCM": LossyCodec(codecs=["ima_adpcm"]),
        "Ogg Vorbis": LossyCodec(codecs=["vorbis"]),
        "MP3": LossyCodec(codecs=["mp3"]),
        "Ogg Opus": LossyCodec(codecs=["opus"]),
    }


def print_row(name: str, times_ms: Sequence[float]) -> None:
    """One line of a table."""
    median = float(np.median(times_ms))
    print(f"| {name} | {1000.0 / median:.0f} | {median:.3f} | {min(times_ms):.3f}-{max(times_ms):.3f} |")


def print_header(what: str) -> None:
    """Head of a table."""
    print(f"\n| {what} | crops/s per core | CPU ms per crop | lowest-highest |\n| --- | --- | --- | --- |")


def batched_rooms(material: Path, crops: Sequence[Crop], *, batch: int) -> Callable[[], object]:
    """The same rooms on whole batches in torch: one long transform, spectra kept, level and peak rule."""
    bank = SignalBank.open(material / "rir.scp")
    taps = [bank.signal(index)[:8000].astype(np.float32) / np.float32(32768) for index in range(len(bank))]
    signals = torch.from_numpy(np.stack(crops))
    length = signals.shape[1]
    size = scipy.fft.next_fast_len(length + max(map(len, taps)) - 1, real=True)
    spectra = torch.stack([torch.fft.rfft(torch.from_numpy(one), size) for one in taps])
    generator = torch.Generator().manual_seed(0)

    def run() -> None:
        for chosen in signals.split(batch):
            rooms = torch.randint(len(spectra), (len(chosen),), generator=generator)
            wet = torch.fft.irfft(torch.fft.rfft(chosen, size) * spectra[rooms], size)[:, :length]
            wet = wet * (chosen.square().mean(1) / wet.square().mean(1)).sqrt()[:, None]
            wet / wet.abs().amax(1, keepdim=True).clamp(min=1.0)

    return run


def print_epoch(store: AudioStore, augmentation: Augmentation, *, seconds: float, repeats: int) -> None:
    """A whole epoch of crops, as one loader process makes it: read, cut, augment."""
    num_samples = round(seconds * 16000)

    def epoch(augment: bool) -> None:
        for index, utt in enumerate(store.utts):
            rng = np.random.default_rng(index)
            crop = random_crop(store.samples(utt), num_samples, rng=rng)
            if augment:
                augmentation(crop, rng=rng)

    for name, augment in (("crops alone", False), ("crops with the default chain, probability 0.6", True)):
        times_ms = cpu_ms(lambda augment=augment: epoch(augment), count=len(store), repeats=repeats)
        print_row(f"{len(store)} {name}: {np.median(times_ms) * len(store) / 1000:.2f} s an epoch", times_ms)


def describe(args: argparse.Namespace) -> None:
    """Print versions and sizes."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}, "
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"torch {torch.__version__}, libsndfile {soundfile.__libsndfile_version__}, "
        f"commit {commit.stdout.strip()}; {args.crops} crops of {args.seconds:g} s, {args.repeats} runs"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--material", type=Path, required=True)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--crops", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    describe(args)
    crops = real_crops(args.speech, num_crops=args.crops, seconds=args.seconds)
    print_header("augmentation")
    for name, augmentation in augmentations(args.material).items():
        # The codecs are so slow that a tenth of the crops says enough.
        some = crops[::10] if isinstance(augmentation, (LossyCodec, Telephone)) else crops
        print_row(
            name,
            cpu_ms(lambda a=augmentation, c=some: augment_all(a, c), count=len(some), repeats=args.repeats),
        )
    print_header("rooms batched in torch")
    for batch in (1, 8, 32, 128):
        run = batched_rooms(args.material, crops, batch=batch)
        print_row(f"batches of {batch}", cpu_ms(run, count=len(crops), repeats=args.repeats))
    print_header("an epoch in one process")
    print_epoch(
        AudioStore.open(args.store),
        default_augmentation(args.material, probability=0.6),
        seconds=args.seconds,
        repeats=3,
    )


if __name__ == "__main__":
    main()
