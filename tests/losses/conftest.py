"""Speakers as points of a small space, seen through a mixture with what is not the speaker."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from kowairo.losses import Targets
from kowairo.scoring import eer

SPEAKER_DIM, NUISANCE_DIM, FEATURES, DIM = 6, 10, 16, 16
NUM_SPEAKERS, STEPS, BATCH_SPEAKERS, BATCH_LINES = 40, 300, 10, 4


@dataclass
class ToyCorpus:
    """Feature vectors of speakers in two domains; another shift and spread in each."""

    seed: int = 0

    def __post_init__(self):
        generator = torch.Generator().manual_seed(self.seed)
        mixing = torch.linalg.qr(torch.randn(FEATURES, FEATURES, generator=generator)).Q
        self.mixing = mixing
        self.shift = 1.5 * torch.randn(FEATURES, generator=generator)
        self.spread = torch.rand(FEATURES, generator=generator) + 0.5
        self.train_speakers = torch.randn(NUM_SPEAKERS, SPEAKER_DIM, generator=generator)
        self.test_speakers = torch.randn(60, SPEAKER_DIM, generator=generator)

    def features(self, speakers, domains, generator):
        """(batch, features) of speakers (batch, speaker dim) in domains (batch,)."""
        voice = speakers + 0.3 * torch.randn(speakers.shape, generator=generator)
        nuisance = 1.5 * torch.randn(len(speakers), NUISANCE_DIM, generator=generator)
        mixed = torch.cat([voice, nuisance], dim=1) @ self.mixing
        moved = mixed * self.spread + self.shift
        return torch.where(domains.unsqueeze(1) == 1, moved, mixed)

    def batch(self, generator):
        """Features, labels and domains of a training batch; a speaker has a domain that most lines are in."""
        names = torch.randperm(NUM_SPEAKERS, generator=generator)[:BATCH_SPEAKERS]
        labels = names.repeat(BATCH_LINES)
        strays = torch.rand(len(labels), generator=generator) < 0.25
        domains = (labels % 2) ^ strays.long()
        return self.features(self.train_speakers[labels], domains, generator), labels, domains

    def test_lines(self):
        """Features, labels and domains of lines of unseen speakers, half of each domain."""
        labels = torch.arange(60).repeat(8)
        domains = torch.arange(8).repeat_interleave(60) % 2
        generator = torch.Generator().manual_seed(self.seed + 1)
        return self.features(self.test_speakers[labels], domains, generator), labels, domains


def _encoder(seed):
    generator = torch.Generator().manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(FEATURES, 64), torch.nn.ReLU(), torch.nn.Linear(64, DIM))
    for layer in (net[0], net[2]):
        torch.nn.init.kaiming_normal_(layer.weight, generator=generator)
        torch.nn.init.zeros_(layer.bias)
    return net


class ToyTraining:
    """Trains a small net under an objective and looks at it on unseen speakers."""

    num_speakers, embedding_dim, teacher_dim = NUM_SPEAKERS, DIM, SPEAKER_DIM

    def __init__(self):
        self.corpus = ToyCorpus()

    def untrained(self):
        return _encoder(seed=3)

    def train(self, objective):
        """The net after 300 steps of Adam; the teacher is the true place of the speaker."""
        net, generator = _encoder(seed=3), torch.Generator().manual_seed(4)
        optimizer = torch.optim.Adam([*net.parameters(), *objective.parameters()], lr=3e-3)
        for _ in range(STEPS):
            features, labels, domains = self.corpus.batch(generator)
            targets = Targets(labels=labels, domains=domains, teacher=self.corpus.train_speakers[labels])
            optimizer.zero_grad()
            objective(net(features), targets).backward()
            optimizer.step()
        return net

    @torch.no_grad()
    def eer(self, net):
        """EER by cosine over all pairs of lines of unseen speakers."""
        features, labels, _ = self.corpus.test_lines()
        units = torch.nn.functional.normalize(net(features))
        first, second = np.triu_indices(len(labels), 1)
        scores, same = (units @ units.T).numpy()[first, second], (labels[first] == labels[second]).numpy()
        return eer(scores[same], scores[~same]).value

    @torch.no_grad()
    def test_embeddings(self, net):
        """Embeddings, labels and domains of lines of unseen speakers."""
        features, labels, domains = self.corpus.test_lines()
        return net(features), labels, domains


@pytest.fixture(scope="session")
def toy():
    return ToyTraining()
