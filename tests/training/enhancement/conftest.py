"""Toy speakers: a few directions are the speaker, the others disturb."""

from dataclasses import dataclass

import numpy as np
import pytest

from kowairo.core import EmbeddingSet, Trials
from kowairo.data.enhancement_lists import ListSource
from kowairo.enhance import LinearNetV3
from kowairo.losses import Cosine
from kowairo.training.enhancement import EnhancementConfig, TrialList, draw_list, list_items, train_enhancer


@dataclass(frozen=True, eq=False)
class Toys:
    """Embeddings with ids speaker/session/line."""

    embeddings: EmbeddingSet

    @property
    def utt2spk(self):
        return {utt: utt.split("/")[0] for utt in self.embeddings.utts}

    def items(self, kind="normal", *, seed=0):
        lines = draw_list(ListSource.of_paths(self.embeddings.utts), kind, seed=seed)
        return list_items(lines, self.embeddings)

    def trials(self, name="valid"):
        first, second = np.triu_indices(len(self.embeddings), k=1)
        utts = self.embeddings.utts
        pairs = [(utts[i], utts[j]) for i, j in zip(first, second, strict=True)]
        target = np.array([a.split("/")[0] == b.split("/")[0] for a, b in pairs])
        return TrialList.of(
            name, self.embeddings, Trials([a for a, _ in pairs], [b for _, b in pairs], target)
        )


def make_toys(prefix, count, *, each=8, dim=16, seed=0):
    rng = np.random.default_rng(seed)
    scale = np.where(np.arange(dim) < 6, 1.0, 0.1)
    noise = np.where(np.arange(dim) < 6, 0.25, 1.2)
    centres = rng.normal(size=(count, dim)) * scale
    vectors = np.repeat(centres, each, axis=0) + rng.normal(size=(count * each, dim)) * noise
    utts = [f"{prefix}{s:03d}/{'ab'[i % 2]}/{i}" for s in range(count) for i in range(each)]
    return Toys(EmbeddingSet(vectors.astype(np.float32), utts, {}))


@pytest.fixture
def toys():
    return make_toys


@pytest.fixture
def train_side():
    return make_toys("t", 60)


@pytest.fixture
def valid_side():
    return make_toys("v", 12, seed=1)


@pytest.fixture
def trained(train_side, valid_side):
    """Train a small net on the toys: net and result."""

    def run(net=None, *, loss=None, kind="normal", folder=None, start="drawn", tests=None, **config):
        net = net or LinearNetV3(16, activation="ELU", dropout=0.1)
        result = train_enhancer(
            net,
            loss or Cosine(),
            train_side.items(kind),
            valid=valid_side.items(kind),
            tests=[valid_side.trials()] if tests is None else tests,
            config=EnhancementConfig(**{"max_epochs": 3, "batch_size": 64, **config}),
            start=start,
            folder=folder,
        )
        return net, result

    return run
