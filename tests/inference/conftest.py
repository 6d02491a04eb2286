"""A folder of tone voices and a small encoder with weights in a checkpoint folder."""

from pathlib import Path

import pytest
import torch

from kowairo.core import Corpus
from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import write_tone_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory) -> Corpus:
    return write_tone_corpus(tmp_path_factory.mktemp("tones"), 3, 4, 2, min_s=0.6, max_s=1.0)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Path:
    config = {
        "class_path": "kowairo.models.EcapaGroupNorm",
        "init_args": {
            "channels": [8, 8, 8, 8, 16],
            "attention_channels": 4,
            "res2net_scale": 2,
            "se_channels": 4,
            "embedding_dim": 8,
            "num_groups": 2,
        },
    }
    folder = tmp_path_factory.mktemp("encoder") / "checkpoint"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_checkpoint(build_encoder(config), folder, config=config)
    return folder
