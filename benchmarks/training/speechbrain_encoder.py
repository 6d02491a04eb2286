"""An ECAPA-TDNN trained the way of SpeechBrain's VoxCeleb recipe for a set CPU time, to compare ours with.

SpeechBrain's own parts: ECAPA_TDNN (BatchNorm), Fbank of 80 bins, sentence mean normalisation, margin 0.2 and
scale 30 of AdditiveAngularMargin, Adam with weight decay 2e-6, a triangle of the learning rate up to 1e-3,
crops of 3 s, and the augmenter of recipes/VoxCeleb/SpeakerRec/hparams/train_ecapa_tdnn.yaml: noise,
reverberation, dropped bands and dropped chunks, each on a copy of the batch beside the original. Ours: the
number of channels, and one triangle over the time that is given. With all four copies of 32 lines a step
takes 23 s on one core, 190 steps in 73 minutes, which teaches nothing; `--copies 1 --batch 16` draws one of
the four for each step, which gives six times the steps.

Run: python benchmarks/training/speechbrain_encoder.py --data DIR --out FOLDER --minutes 120 --threads 2
Writes FOLDER/{dev,test}/ (embedding sets) and FOLDER/log.txt; `kowairo evaluate` scores the sets.
"""

import argparse
import csv
import logging
import time
from pathlib import Path

import numpy as np
import soundfile
import torch
from speechbrain.augment.augmenter import Augmenter
from speechbrain.augment.time_domain import AddNoise, AddReverb, DropChunk, DropFreq
from speechbrain.lobes.features import Fbank
from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN, Classifier
from speechbrain.nnet.losses import AdditiveAngularMargin, LogSoftmaxWrapper
from speechbrain.processing.features import InputNormalization

from kowairo.core import Corpus, EmbeddingSet, read_wav_scp
from kowairo.data import AudioStore, read_audio
from kowairo.training.audio_source import random_crop

CROP_SAMPLES = 48000
PEAK_RATE = 1e-3
log = logging.getLogger("speechbrain_encoder")


def write_csv(table: Path, out: Path) -> Path:
    """A wav.scp as SpeechBrain's noise and room lists."""
    with out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ID", "duration", "wav", "wav_format", "wav_opts"])
        for name, ref in read_wav_scp(table).items():
            seconds = soundfile.info(ref.path).duration
            writer.writerow([name, f"{seconds:.3f}", str(ref.path), ref.path.suffix[1:], ""])
    return out


def augmenter(noise: Path, out: Path, copies: int) -> Augmenter:
    """The recipe's augmentation over our noises and rooms, so many of its four for a batch."""
    noises = write_csv(noise / "noise.scp", out / "noise.csv")
    rooms = write_csv(noise / "rir.scp", out / "rir.csv")
    return Augmenter(
        parallel_augment=True,
        concat_original=True,
        min_augmentations=copies,
        max_augmentations=copies,
        shuffle_augmentations=copies < 4,
        augment_prob=1.0,
        augmentations=[
            AddNoise(csv_file=str(noises), snr_low=0, snr_high=15, noise_sample_rate=16000),
            AddReverb(csv_file=str(rooms), reverb_sample_rate=16000),
            DropFreq(
                drop_freq_low=0,
                drop_freq_high=1,
                drop_freq_count_low=1,
                drop_freq_count_high=3,
                drop_freq_width=0.05,
            ),
            DropChunk(drop_length_low=1000, drop_length_high=2000, drop_count_low=1, drop_count_high=5),
        ],
    )


class Encoder(torch.nn.Module):
    """Fbank, mean normalisation and ECAPA-TDNN."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fbank = Fbank(n_mels=80)
        self.norm = InputNormalization(norm_type="sentence", std_norm=False)
        self.net = ECAPA_TDNN(
            80,
            channels=[channels] * 4 + [3 * channels],
            attention_channels=64,
            se_channels=64,
            lin_neurons=192,
        )

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """(batch, time) to (batch, 192)."""
        features = self.norm(self.fbank(waveforms), torch.ones(len(waveforms)))
        return self.net(features).squeeze(1)


def train(
    encoder: Encoder,
    store: AudioStore,
    utt2spk: dict[str, str],
    augment: Augmenter,
    minutes: float,
    seed: int,
    batch: int,
) -> int:
    """Adam for so many minutes of CPU time; returns the steps taken."""
    speakers = {name: number for number, name in enumerate(sorted(set(utt2spk.values())))}
    labels = np.array([speakers[utt2spk[utt]] for utt in store.utts])
    classifier = Classifier(192, out_neurons=len(speakers))
    cost = LogSoftmaxWrapper(AdditiveAngularMargin(margin=0.2, scale=30))
    parameters = [*encoder.parameters(), *classifier.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=PEAK_RATE, weight_decay=2e-6)
    rng = np.random.default_rng(seed)
    begin = time.process_time()
    step = 0
    while (share := (time.process_time() - begin) / (60 * minutes)) < 1.0:
        rows = rng.integers(len(labels), size=batch)
        crops = np.stack([random_crop(store.samples(store.utts[row]), CROP_SAMPLES, rng=rng) for row in rows])
        waveforms, lengths = augment(torch.from_numpy(crops), torch.ones(batch))
        targets = augment.replicate_labels(torch.from_numpy(labels[rows]))
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * (1.0 - abs(2.0 * share - 1.0))
        loss = cost(classifier(encoder(waveforms).unsqueeze(1)), targets.unsqueeze(1), lengths)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 20 == 0:
            log.info("%.1f min, step %d, loss %.3f", minutes * share, step, loss.item())
    return step


@torch.inference_mode()
def embed(encoder: Encoder, corpus: Corpus, out: Path) -> None:
    """One embedding a line, whole lines."""
    vectors = [
        encoder(torch.from_numpy(read_audio(corpus.audio[utt]))[None])[0].numpy() for utt in corpus.utts
    ]
    EmbeddingSet(np.stack(vectors), corpus.utts, {"encoder": "SpeechBrain ECAPA-TDNN"}).save(out)


def main() -> None:
    """Train, embed dev and test."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels", type=int, default=320)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--copies", type=int, choices=(1, 2, 3, 4), default=4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        level=logging.INFO, format="%(message)s", handlers=[logging.FileHandler(options.out / "log.txt")]
    )
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    corpus = Corpus.read(options.data / "voices" / "train")
    store = AudioStore.build(corpus, options.out / "store")
    encoder = Encoder(options.channels)
    begin = time.process_time()
    steps = train(
        encoder,
        store,
        corpus.utt2spk,
        augmenter(options.data / "noise", options.out, options.copies),
        options.minutes,
        options.seed,
        options.batch,
    )
    log.info(
        "%d parameters, %d steps, %.0f CPU s",
        sum(p.numel() for p in encoder.parameters()),
        steps,
        time.process_time() - begin,
    )
    encoder.eval()
    for name in ("dev", "test"):
        embed(encoder, Corpus.read(options.data / "voices" / name), options.out / name)


if __name__ == "__main__":
    main()
