"""Speed and faithfulness of WORLD copies, against pyworld's own D4C and synthesis.

OMP_NUM_THREADS=1 python benchmarks/data/bench_world_copies.py --speech CORPUS
"""

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyworld
from numpy.typing import NDArray

from kowairo.core import Corpus
from kowairo.data.audio import read_audio
from kowairo.data.world_analysis import WorldFrames, analyze_speech, estimate_pitch
from kowairo.data.world_synthesis import synthesize_voice
from kowairo.data.world_voice import WorldVoice

Samples = NDArray[np.float32]
FREQUENCIES_HZ = np.linspace(0.0, 8000.0, 513)
UNCHANGED = WorldVoice(1.0, 1.0)


def speeds(lines: list[Samples], function: Callable[[int], object], *, repeats: int) -> list[float]:
    """Seconds of audio per CPU second of each repeat, after a warm-up over the first lines."""
    seconds = sum(len(samples) for samples in lines) / 16000.0
    for index in range(min(3, len(lines))):
        function(index)
    results = []
    for _ in range(repeats):
        start = time.process_time()
        for index in range(len(lines)):
            function(index)
        results.append(seconds / (time.process_time() - start))
    return results


def pyworld_parts(samples: Samples, frames: WorldFrames) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Envelope as it was, aperiodicity by D4C."""
    wide = samples.astype(np.float64)
    times_s = np.arange(len(frames.pitch_hz)) * 0.01
    aperiodicity = pyworld.d4c(wide, frames.pitch_hz, times_s, 16000, fft_size=1024, threshold=0.0)
    return np.exp(frames.log_power).astype(np.float64), aperiodicity


def log_mel(samples: NDArray[np.floating]) -> NDArray[np.float64]:
    """(frames, 40) log-mel energies."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, 400)[::160] * np.hanning(400)
    power = np.abs(np.fft.rfft(windows, 512, axis=1)) ** 2
    edges_hz = 700.0 * (
        10.0 ** (np.linspace(0.0, 2595.0 * np.log10(1.0 + 8000.0 / 700.0), 42) / 2595.0) - 1.0
    )
    bins_hz = np.linspace(0.0, 8000.0, 257)
    bands = [np.interp(bins_hz, edges_hz[b : b + 3], [0.0, 1.0, 0.0], left=0.0, right=0.0) for b in range(40)]
    energies = power @ np.array(bands).T
    return np.asarray(np.log(energies + 1e-8 * energies.max()))


def correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Correlation of two signals' log-mel energies."""
    size = min(len(first), len(second))
    return float(np.corrcoef(log_mel(first[:size]).ravel(), log_mel(second[:size]).ravel())[0, 1])


def pitch_ratio(samples: Samples, frames: WorldFrames, voice: WorldVoice) -> float:
    """Measured pitch of a copy over the wanted one, median over the frames."""
    found_hz, _ = estimate_pitch(synthesize_voice(frames, voice, rng=np.random.default_rng(0)))
    both = (found_hz > 0) & (frames.pitch_hz > 0)
    return float(np.median(found_hz[both] / frames.pitch_hz[both]) / voice.pitch) if both.any() else np.nan


def formant_ratio(samples: Samples, frames: WorldFrames, voice: WorldVoice) -> float:
    """Formant factor that explains a copy's envelope (0.2-4.5 kHz) best, over the wanted one."""
    found = analyze_speech(synthesize_voice(frames, voice, rng=np.random.default_rng(0)))
    both = np.flatnonzero((found.pitch_hz > 0) & (frames.pitch_hz > 0))[::3]
    if len(both) < 10:
        return np.nan
    band = (FREQUENCIES_HZ > 200.0) & (FREQUENCIES_HZ < 4500.0)
    heard = found.log_power[both][:, band]
    heard = heard - heard.mean(axis=0)
    candidates = np.exp(np.linspace(-0.3, 0.3, 121))
    agreement = []
    for candidate in candidates:
        rows = [
            np.interp(FREQUENCIES_HZ[band] / candidate, FREQUENCIES_HZ, row) for row in frames.log_power[both]
        ]
        moved = np.array(rows) - np.mean(rows, axis=0)
        agreement.append(np.corrcoef(moved.ravel(), heard.ravel())[0, 1])
    return float(candidates[np.argmax(agreement)] / voice.formant)


def print_speed(lines: list[Samples], frames: list[WorldFrames], *, repeats: int) -> None:
    """Table of speeds."""
    voice = WorldVoice(1.3, 0.9, 1.0, 0.1)
    parts = [pyworld_parts(samples, taken) for samples, taken in zip(lines, frames, strict=True)]
    measured: dict[str, Callable[[int], object]] = {
        "analysis (pitch, envelope, noise share)": lambda i: analyze_speech(lines[i]),
        "of it pitch": lambda i: estimate_pitch(lines[i]),
        "D4C of pyworld, in place of the noise share": lambda i: pyworld_parts(lines[i], frames[i]),
        "synthesis of one voice": lambda i: synthesize_voice(frames[i], voice, rng=np.random.default_rng(i)),
        "synthesis of pyworld": lambda i: pyworld.synthesize(
            frames[i].pitch_hz * voice.pitch, *parts[i], 16000, 10.0
        ),
    }
    print("| step | x real time per core, median | lowest-highest |\n| --- | --- | --- |")
    for name, function in measured.items():
        values = speeds(lines, function, repeats=repeats)
        print(f"| {name} | {np.median(values):.0f} | {min(values):.0f}-{max(values):.0f} |")


def print_faithfulness(lines: list[Samples], frames: list[WorldFrames]) -> None:
    """Table of what the copies keep and change."""
    voice = WorldVoice(1.3, 0.87)
    rng = np.random.default_rng(0)
    pairs = list(zip(lines, frames, strict=True))
    rows = {
        "log-mel correlation, voice unchanged": [
            correlation(samples, synthesize_voice(taken, UNCHANGED, rng=rng)) for samples, taken in pairs
        ],
        "the same with pyworld's D4C and synthesis": [
            correlation(
                samples, pyworld.synthesize(taken.pitch_hz, *pyworld_parts(samples, taken), 16000, 10.0)
            )
            for samples, taken in pairs
        ],
        "pitch / wanted pitch": [pitch_ratio(samples, taken, voice) for samples, taken in pairs],
        "formants / wanted formants": [formant_ratio(samples, taken, voice) for samples, taken in pairs],
    }
    print("\n| faithfulness | 10 % | median | 90 % |\n| --- | --- | --- | --- |")
    for name, values in rows.items():
        low, middle, high = np.nanpercentile(values, [10, 50, 90])
        print(f"| {name} | {low:.3f} | {middle:.3f} | {high:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}, "
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {version('scipy')}, "
        f"pyworld-prebuilt {version('pyworld-prebuilt')}, commit {commit.stdout.strip()}; "
        f"{args.lines} lines, {args.repeats} runs\n"
    )
    audio = Corpus.read(args.speech).audio
    chosen = sorted(audio)[:: max(1, len(audio) // args.lines)][: args.lines]
    lines = [read_audio(audio[utt])[: 6 * 16000] for utt in chosen]
    frames = [analyze_speech(samples) for samples in lines]
    print_speed(lines, frames, repeats=args.repeats)
    print_faithfulness(lines, frames)


if __name__ == "__main__":
    main()
