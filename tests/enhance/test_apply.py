import numpy as np
import pytest
import torch
from torch import nn

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance import LinearNetV1, LinearNetV2, apply_enhancer


def embeddings(scale=1.0):
    vectors = np.random.default_rng(0).normal(size=(10, 4)) * scale
    return EmbeddingSet(vectors.astype(np.float32), [f"u{i}" for i in range(10)], {"encoder": "toy"})


def test_every_row_is_normalised_and_enhanced_in_evaluation_mode():
    net = LinearNetV1(4, activation="ELU", dropout=0.9).train()
    result = apply_enhancer(embeddings(), net)
    unit = nn.functional.normalize(torch.from_numpy(embeddings().vectors))
    assert net.training
    assert result.vectors == pytest.approx(net.eval()(unit).detach().numpy(), abs=1e-6)
    assert result.utts == embeddings().utts


def test_the_result_says_what_made_it():
    meta = apply_enhancer(embeddings(), LinearNetV2(4, activation="ELU")).meta
    assert meta["encoder"] == "toy"
    assert meta["enhancer"]["class_path"] == "kowairo.enhance.linear_nets.LinearNetV2"
    assert meta["enhancer"]["init_args"] == {"dim": 4, "activation": "ELU"}


def test_neither_batch_size_nor_the_length_of_embeddings_changes_the_result():
    net = LinearNetV2(4, activation="ELU")
    whole = apply_enhancer(embeddings(), net).vectors
    assert apply_enhancer(embeddings(), net, batch_size=3).vectors == pytest.approx(whole, abs=1e-6)
    assert apply_enhancer(embeddings(100.0), net).vectors == pytest.approx(whole, abs=1e-6)


def test_dead_nets_and_other_dimensions_are_refused():
    net = LinearNetV2(4)
    nn.init.constant_(net.layers[-2].weight, 0.0)
    nn.init.constant_(net.layers[-2].bias, -1.0)
    with pytest.raises(InputError, match="LinearNetV2 gave 10 all-zero embeddings"):
        apply_enhancer(embeddings(), net)
    with pytest.raises(InputError, match="expected embeddings of dimension 5, got 4"):
        apply_enhancer(embeddings(), LinearNetV2(5))
