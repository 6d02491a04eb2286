"""Files and reference of bench_extraction.py: voices in mixed formats, and the published way."""

from math import gcd
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import nn

from kowairo.core import Corpus
from kowairo.data import read_audio
from kowairo.models import EcapaGroupNorm
from kowairo.models.front_end import FrontEnd
from kowairo.models.mean_normalized import MeanNormalized
from kowairo.models.speechbrain_fbank import SpeechBrainFbank

FORMATS = (
    *(("wav", 16000), ("flac", 48000), ("ogg", 44100), ("mp3", 48000)),
    *(("wav", 22050), ("flac", 16000), ("ogg", 24000), ("mp3", 44100)),
)


def make_files(corpus: Path, folder: Path, count: int, *, seed: int = 0) -> list[Path]:
    """Files of 1 to 12 s, each of one speaker's lines in a row, in the formats in turn."""
    tables, rng = Corpus.read(corpus), np.random.default_rng(seed)
    speakers = [speaker for speaker in tables.speakers if len(tables.spk2utt[speaker]) > 4]
    paths = []
    for number in range(count):
        kind, rate_hz = FORMATS[number % len(FORMATS)]
        wanted = round(16000 * rng.uniform(1.0, 12.0))
        lines = rng.permutation(tables.spk2utt[speakers[number % len(speakers)]])
        parts: list[np.ndarray] = []
        while sum(map(len, parts)) < wanted:
            parts.append(read_audio(tables.audio[str(lines[len(parts) % len(lines)])]))
        samples = soxr.resample(np.concatenate(parts)[:wanted], 16000, rate_hz)
        path = folder / f"{number:03d}.{kind}"
        soundfile.write(path, samples, rate_hz)
        paths.append(path)
    return paths


def speechbrain_network(encoder: EcapaGroupNorm) -> nn.Module:
    """SpeechBrain's network with GroupNorm and our weights."""
    from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN

    weights = encoder.backbone
    channels = [block.conv.conv.out_channels for block in [weights.blocks[0]]]
    channels += [block.tdnn2.conv.conv.out_channels for block in weights.blocks[1:]]
    network = ECAPA_TDNN(
        encoder.front_end.num_features,
        lin_neurons=encoder.embedding_dim,
        channels=[*channels, weights.mfa.conv.conv.out_channels],
        attention_channels=weights.asp.conv.conv.in_channels,
        se_channels=weights.blocks[1].se_block.conv1.conv.out_channels,
    )
    groups = weights.blocks[0].norm.norm.num_groups
    _swap_norms(network, groups)
    network.load_state_dict(weights.state_dict())
    return network.eval()


def _swap_norms(module: nn.Module, num_groups: int) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm1d):
            setattr(module, name, nn.GroupNorm(gcd(num_groups, child.num_features), child.num_features))
        else:
            _swap_norms(child, num_groups)


class PublishedFeatures(nn.Module):
    """SpeechBrain's own filter bank as the published package calls it; other front ends as they are."""

    def __init__(self, front_end: FrontEnd) -> None:
        super().__init__()
        from speechbrain.lobes.features import Fbank

        self.centred = isinstance(front_end, MeanNormalized)
        inner = front_end.front_end if isinstance(front_end, MeanNormalized) else front_end
        self.published = isinstance(inner, SpeechBrainFbank)
        self.compute: nn.Module = Fbank(n_mels=80) if self.published else front_end

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """Features (1, frames, features) of (1, samples)."""
        if not self.published:
            return self.compute(waveform)
        features = self.compute(waveform / waveform.abs().max().clamp(min=1.0) * 32768.0)
        return features - features.mean(dim=1, keepdim=True) if self.centred else features
