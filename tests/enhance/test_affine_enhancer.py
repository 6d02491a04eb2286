import numpy as np
import pytest
import torch

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance import AffineEnhancer, apply_enhancer, fit_affine_enhancer
from kowairo.scoring import (
    CORAL,
    LDA,
    PLDA,
    WCCN,
    Chain,
    MeanSubtraction,
    Whitening,
    WithinClassShrinkage,
    length_normalize,
)
from kowairo.testing import check_enhancer


@pytest.fixture
def training():
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(size=(40, 6)), 5, axis=0)
    return centres + 0.3 * rng.normal(size=(200, 6)) + 1.0, [f"s{row // 5}" for row in range(200)]


def test_an_affine_enhancer_passes_the_contract_and_starts_as_the_identity():
    check_enhancer(AffineEnhancer(6, 4))
    assert AffineEnhancer(3, 2)(torch.tensor([[1.0, 2.0, 3.0]])).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    "backend",
    [
        LDA(num_dims=3),
        WCCN(),
        Whitening(),
        MeanSubtraction(),
        WithinClassShrinkage(),
        Chain(steps=[MeanSubtraction(), WCCN()]),
    ],
)
def test_closed_forms_give_what_the_back_end_gives_on_unit_rows(backend, training):
    vectors, speakers = training
    enhancer = fit_affine_enhancer(backend, vectors, speakers)
    check_enhancer(enhancer)
    test = np.random.default_rng(1).normal(size=(7, 6)).astype(np.float32)
    enhanced = apply_enhancer(EmbeddingSet(test, list("abcdefg")), enhancer)
    expected = backend.transform(length_normalize(test))
    assert enhanced.vectors == pytest.approx(expected, rel=1e-4, abs=1e-4 * np.abs(expected).max())


def test_coral_moves_one_domain_onto_another(training):
    vectors, speakers = training
    target = length_normalize(np.random.default_rng(2).normal(size=(300, 6)) * [1, 2, 3, 1, 2, 3])
    enhancer = fit_affine_enhancer(CORAL(target=target), vectors, speakers)
    moved = enhancer(torch.from_numpy(length_normalize(vectors)).float()).numpy()
    assert moved.mean(axis=0) == pytest.approx(target.mean(axis=0), abs=1e-4)
    assert np.cov(moved.T, bias=True) == pytest.approx(np.cov(target.T, bias=True), abs=1e-4)


def test_what_is_no_affine_map_and_wrong_shapes_are_refused(training):
    with pytest.raises(InputError, match="PLDA is no affine map; expected LDA"):
        fit_affine_enhancer(PLDA(), *training)
    with pytest.raises(InputError, match="dimensions of 1 or more, got 0 and 3"):
        AffineEnhancer(0, 3)
    with pytest.raises(InputError, match=r"expected embeddings \(batch, 3\), got \(2, 4\)"):
        AffineEnhancer(3, 3)(torch.ones(2, 4))
