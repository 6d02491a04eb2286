"""A training step, and data with step, beside SpeechBrain's; CPU time of one thread, interleaved.

Run: python benchmarks/training/bench_against_speechbrain.py --data DIR --material MATERIAL --store STORE

The step: waveforms in memory, features, ECAPA-TDNN, AAM-softmax over so many speakers, gradients, update.
SpeechBrain's own parts: Fbank, ECAPA_TDNN (BatchNorm), its margin and classifier, Adam. Data with step: each
way as its recipe does it. Ours: crops of a packed store, the default chain on 60 % of them. SpeechBrain's:
parts of wav files, then the four augmentations of its VoxCeleb recipe beside the original, five crops of each
line.
"""

import argparse
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import torch
from bench_step import Sizes, make_module
from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN, Classifier
from speechbrain.nnet.losses import AdditiveAngularMargin, LogSoftmaxWrapper
from speechbrain_encoder import Encoder, augmenter

from kowairo.core import Corpus, provenance
from kowairo.data import AudioStore
from kowairo.data.augment import default_augmentation
from kowairo.training import Shuffled, SpeakerModule, StoredAudio
from kowairo.training.batch_plan import BatchPlan
from kowairo.training.crop_loader import CropLoader
from kowairo.training.dataset import CropBatch, CropDataset
from kowairo.training.training_items import training_items

RATE_HZ = 16_000
COPIES = 5
Step = Callable[[], object]


def interleaved(steps: dict[str, Step], runs: int) -> dict[str, list[float]]:
    """CPU seconds of each step, in turns, after one warm-up."""
    for step in steps.values():
        step()
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(runs):
        for name, step in steps.items():
            start = time.process_time()
            step()
            seconds[name].append(time.process_time() - start)
    return seconds


def peak_gflops(dtype: torch.dtype, size: int = 2048) -> float:
    """Giga-operations per CPU second of a square matrix product, best of seven."""
    matrix = torch.randn(size, size).to(dtype)
    return 2e-9 * size**3 / min(interleaved({"product": lambda: matrix @ matrix}, 7)["product"])


def multiply_adds_per_frame(module: SpeakerModule) -> int:
    """Products of the frame-wise layers; the attention's context is once per line and not counted."""
    total = 0
    for name, parameter in module.model.encoder.named_parameters():
        if parameter.ndim == 3 and ".fc." not in name and ".se_block." not in name:
            total += parameter.numel() // (3 if ".asp.tdnn." in name else 1)
    return total


class SpeechBrainTraining:
    """SpeechBrain's network, loss and optimiser, and its step as its recipe writes it."""

    def __init__(self, channels: int, speakers: int) -> None:
        self.encoder = Encoder(channels).train()
        self.encoder.net = ECAPA_TDNN(80, channels=[channels] * 4 + [3 * channels], lin_neurons=192)
        self.classifier = Classifier(192, out_neurons=speakers)
        self.cost = LogSoftmaxWrapper(AdditiveAngularMargin(margin=0.2, scale=30))
        parameters = [*self.encoder.parameters(), *self.classifier.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=1e-3, weight_decay=2e-6)

    def step(self, waveforms: torch.Tensor, labels: torch.Tensor, dtype: torch.dtype) -> None:
        """One update."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            embeddings = self.encoder(waveforms)
        outputs = self.classifier(embeddings.float().unsqueeze(1))
        loss = self.cost(outputs, labels.unsqueeze(1), torch.ones(len(labels)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 5.0)
        self.optimizer.step()
        self.optimizer.zero_grad()


def print_steps(options: argparse.Namespace, peaks: dict[str, float]) -> None:
    """The table of steps."""
    sizes = Sizes(options.channels, options.batch, options.crop_s, options.runs)
    frames = 1 + round(100 * options.crop_s)
    samples = round(options.crop_s * RATE_HZ)
    waveforms = 0.1 * torch.randn(options.batch, samples, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(options.batch) % options.speakers
    batch = CropBatch(waveforms, labels, torch.zeros_like(labels), torch.zeros_like(labels))
    theirs = SpeechBrainTraining(options.channels, options.speakers)
    formats = {"fp32": torch.float32, "bf16": torch.bfloat16}
    steps: dict[str, Step] = {}
    for name, dtype in formats.items():
        ours = make_module(sizes, dtype, options.speakers, 1)
        steps[f"kowairo {name}"] = lambda ours=ours: ours.take_step(batch)
        steps[f"SpeechBrain {name}"] = lambda dtype=dtype: theirs.step(waveforms, labels, dtype)
    seconds = interleaved(steps, options.runs)
    work = 6e-9 * multiply_adds_per_frame(ours) * frames * options.batch
    plain = min(seconds["SpeechBrain fp32"])
    print("| step | CPU s, least | median | plain step / this | share of the peak |")
    print("| --- | --- | --- | --- | --- |")
    for name, found in seconds.items():
        least = min(found)
        share = 100 * work / least / peaks[name.split()[1]]
        print(f"| {name} | {least:.2f} | {np.median(found):.2f} | {plain / least:.2f} | {share:.0f} % |")


def speechbrain_batches(
    corpus: Corpus, options: argparse.Namespace, folder: Path
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Augmented batches from wav files, as many crops as ours has or a few less."""
    lines = max(1, options.batch // COPIES)
    augment = augmenter(options.data / "noise", folder, COPIES - 1)
    numbers = {name: number for number, name in enumerate(corpus.speakers)}
    rng = np.random.default_rng(0)
    samples = round(options.crop_s * RATE_HZ)
    paths = sorted(folder.glob("*.wav"))
    while True:
        crops, labels = np.zeros((lines, samples), np.float32), []
        for row, place in enumerate(rng.integers(len(paths), size=lines)):
            info = soundfile.info(paths[place])
            start = int(rng.integers(max(1, info.frames - samples)))
            part, _ = soundfile.read(paths[place], samples, start, dtype="float32")
            crops[row, : len(part)] = part
            labels.append(numbers[corpus.utt2spk[paths[place].stem]])
        waveforms, _ = augment(torch.from_numpy(crops), torch.ones(lines))
        yield waveforms, augment.replicate_labels(torch.tensor(labels))


def our_batches(corpus: Corpus, store: AudioStore, options: argparse.Namespace) -> Iterator[CropBatch]:
    """Batches of the loader of `kowairo train`, made in this process."""
    items = training_items(corpus.utt2spk, source=StoredAudio(store))
    crops = CropDataset(
        items,
        source=StoredAudio(store),
        num_samples=round(options.crop_s * RATE_HZ),
        seed=0,
        augmentation=default_augmentation(options.material, probability=0.6),
    )
    return iter(
        CropLoader(crops, BatchPlan(items.labels, order=Shuffled(), batch_size=options.batch, seed=0))
    )


def print_epoch(options: argparse.Namespace) -> None:
    """The table of data and step."""
    corpus, store = Corpus.read(options.data / "voices" / "train"), AudioStore.open(options.store)
    speakers = len(corpus.speakers)
    sizes = Sizes(options.channels, options.batch, options.crop_s, options.runs)
    theirs = SpeechBrainTraining(options.channels, speakers)
    with tempfile.TemporaryDirectory() as name:
        for utt in store.utts[:: max(1, len(store.utts) // 400)]:
            if utt in corpus.utt2spk:
                soundfile.write(Path(name) / f"{utt}.wav", store.samples(utt), RATE_HZ, subtype="PCM_16")
        their_data = speechbrain_batches(corpus, options, Path(name))
        steps: dict[str, Step] = {}
        for dtype in (torch.float32, torch.bfloat16):
            ours, data = make_module(sizes, dtype, speakers, 1), our_batches(corpus, store, options)
            format_name = str(dtype).removeprefix("torch.")
            steps[f"kowairo {format_name}"] = lambda ours=ours, data=data: ours.take_step(next(data))
        steps["SpeechBrain float32"] = lambda: theirs.step(*next(their_data), torch.float32)
        steps["kowairo, data alone"] = lambda data=data: next(data)
        steps["SpeechBrain, data alone"] = lambda: next(their_data)
        seconds = interleaved(steps, options.runs)
    rows = {
        name: options.batch if "kowairo" in name else COPIES * (options.batch // COPIES) for name in steps
    }
    lines = len(corpus.utts)
    print(f"\n| data and step | crops | CPU ms a crop | CPU s for {lines} crops |\n| --- | --- | --- | --- |")
    for name, found in seconds.items():
        crop = float(np.median(found)) / rows[name]
        print(f"| {name} | {rows[name]} | {1000 * crop:.1f} | {crop * lines:.0f} |", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--material", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True, help="voices/train packed")
    parser.add_argument("--channels", type=int, default=1024)
    parser.add_argument("--speakers", type=int, default=7_357)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--crop_s", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    peaks = {"fp32": peak_gflops(torch.float32), "bf16": peak_gflops(torch.bfloat16)}
    made = provenance()
    print(f"{made['cpu']}, {platform.machine()}, torch {torch.__version__}, commit {made['commit']}")
    print(f"peaks of one thread, GFLOP a CPU second: fp32 {peaks['fp32']:.0f}, bf16 {peaks['bf16']:.0f}\n")
    print_steps(options, peaks)
    print_epoch(options)


if __name__ == "__main__":
    main()
