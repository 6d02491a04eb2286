import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from kowairo.core import InputError
from kowairo.scoring import eer
from kowairo.scoring.backend import load_backend
from kowairo.scoring.chain import Chain
from kowairo.scoring.length_norm import LengthNorm
from kowairo.scoring.mean_subtraction import MeanSubtraction
from kowairo.scoring.plda import PLDA
from kowairo.scoring.two_covariance import TwoCovariance
from kowairo.testing.scoring import check_backend, toy_speakers

_ABS = 1e-4  # products have float32 factors, and the ratios here reach some 20 nats


def _plda(**parameters):
    return PLDA(**parameters).fit(*toy_speakers(dim=4, spread=0.6))


def _joint_ratio(model, enroll, test):
    """Log-ratio of the joint densities of all utterances, from the covariances of the embeddings."""
    n, dim = len(enroll) + 1, len(test)
    same = np.kron(np.ones((n, n)), model.between) + np.kron(np.eye(n), model.within)
    apart = same.copy()
    apart[: (n - 1) * dim, -dim:] = apart[-dim:, : (n - 1) * dim] = 0.0
    every = np.concatenate([*enroll, test])
    mean = np.tile(model.mean, n)
    return multivariate_normal(mean, same).logpdf(every) - multivariate_normal(mean, apart).logpdf(every)


@pytest.mark.parametrize(
    "backend",
    [
        PLDA(),
        PLDA(length_norm="none"),
        PLDA(length_norm="sqrt_dim", multi_session="average", initialization="identity"),
        Chain(steps=[MeanSubtraction(), LengthNorm(scale="sqrt_dim"), PLDA()]),
    ],
)
def test_plda_keeps_the_contract_of_back_ends(backend):
    check_backend(backend)


def test_a_hand_worked_ratio_in_one_dimension():
    plda = PLDA(length_norm="none").set_model(TwoCovariance(np.array([1.0]), np.eye(1), 2.0 * np.eye(1)))
    # psi = 2, u = (1, 2): given e = 1 the test is N(2/3, 5/3), alone N(0, 3)
    given = -0.5 * ((2 - 2 / 3) ** 2 / (5 / 3) + np.log(5 / 3))
    alone = -0.5 * (4 / 3 + np.log(3))
    assert plda.score([[2.0]], [[3.0]]) == pytest.approx([given - alone], abs=1e-6)


def test_pairs_equal_the_ratio_of_joint_densities():
    plda = _plda(length_norm="none")
    vectors, _ = toy_speakers(dim=4, seed=5)
    brute = [_joint_ratio(plda.model(), [a], b) for a, b in zip(vectors[:15], vectors[15:30], strict=True)]
    assert plda.score(vectors[:15], vectors[15:30]) == pytest.approx(brute, abs=_ABS)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_models_of_n_utterances_equal_the_ratio_of_joint_densities(n):
    plda = _plda(length_norm="none")
    vectors, _ = toy_speakers(dim=4, seed=5)
    groups = [np.arange(n), np.arange(n) + 7]
    prepared = plda.prepare(vectors)
    scores = plda.score_models(plda.enroll(prepared, groups), prepared, np.array([0, 1]), np.array([30, 47]))
    brute = [
        _joint_ratio(plda.model(), vectors[g], vectors[t]) for g, t in zip(groups, (30, 47), strict=True)
    ]
    assert scores == pytest.approx(brute, abs=_ABS)


def _kaldi_score(plda, enroll, test):
    """Kaldi's transform with its length norm and its ratio, in loops over the dimensions."""
    psi, dim = plda.psi_, len(plda.psi_)

    def transformed(vector, n):
        u = plda.diagonalizer_ @ vector - plda.diagonalizer_ @ plda.mean_
        return u * np.sqrt(dim / sum(u[i] ** 2 / (psi[i] + 1 / n) for i in range(dim)))

    n, ratio = len(enroll), 0.0
    u, v = transformed(enroll.mean(axis=0), n), transformed(test, 1)
    for i in range(dim):
        mean, variance = n * psi[i] / (n * psi[i] + 1) * u[i], 1 + psi[i] / (n * psi[i] + 1)
        ratio += -0.5 * (np.log(variance) + (v[i] - mean) ** 2 / variance)
        ratio -= -0.5 * (np.log(1 + psi[i]) + v[i] ** 2 / (1 + psi[i]))
    return ratio


def test_scores_equal_a_naive_loop_of_kaldis_formulas():
    plda = _plda(initialization="identity")
    vectors, _ = toy_speakers(dim=4, seed=5)
    prepared, groups = plda.prepare(vectors), [np.array([3, 8, 21]), np.array([4])]
    scores = plda.score_models(plda.enroll(prepared, groups), prepared, np.array([0, 1]), np.array([9, 9]))
    assert scores == pytest.approx([_kaldi_score(plda, vectors[g], vectors[9]) for g in groups], abs=_ABS)
    assert plda.score(vectors[4:5], vectors[9:10]) == pytest.approx(scores[1:], abs=_ABS)


def test_the_ratios_of_all_pairs_are_one_matrix_product():
    plda = _plda()
    prepared = plda.prepare(toy_speakers(dim=4, seed=5)[0])
    matrix = plda.score_matrix(prepared[:10], prepared[10:40])
    enroll, test = np.divmod(np.arange(300), 30)
    assert matrix.ravel() == pytest.approx(plda.score_prepared(prepared, enroll, test + 10), abs=_ABS)


def test_averaging_scores_the_mean_as_one_utterance():
    plda = _plda(length_norm="none", multi_session="average")
    vectors, _ = toy_speakers(dim=4, seed=5)
    prepared = plda.prepare(vectors)
    models = plda.enroll(prepared, [np.array([3, 8, 21])])
    scores = plda.score_models(models, prepared, np.array([0]), np.array([9]))
    expected = plda.score(vectors[[3, 8, 21]].mean(axis=0, keepdims=True), vectors[9:10])
    assert scores == pytest.approx(expected, abs=_ABS)


@pytest.mark.parametrize("length_norm", ["covariance", "sqrt_dim"])
def test_length_norm_gives_every_utterance_one_length(length_norm):
    plda = _plda(length_norm=length_norm)
    moved = plda.transform(toy_speakers(dim=4, seed=5)[0])
    expected = plda.psi_ + 1 if length_norm == "covariance" else np.ones(4)
    assert (moved**2 / expected).sum(axis=1) == pytest.approx(np.full(80, 4.0))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_ratios_do_not_depend_on_the_axes_of_the_embeddings(seed):
    vectors, speakers = toy_speakers(dim=4, spread=0.6)
    map_ = np.random.default_rng(seed).normal(size=(4, 4)) + 3 * np.eye(4)
    plain = PLDA(num_iterations=3).fit(vectors, speakers).score(vectors[:20], vectors[20:40])
    mapped = PLDA(num_iterations=3).fit(vectors @ map_ + 5, speakers)
    assert mapped.score(vectors[:20] @ map_ + 5, vectors[20:40] @ map_ + 5) == pytest.approx(plain, abs=1e-3)


def test_covariances_come_back_from_the_diagonal_form():
    rng = np.random.default_rng(0)
    within, between = (np.cov(rng.normal(size=(3, 50))) for _ in range(2))
    model = PLDA().set_model(TwoCovariance(np.arange(3.0), within, between)).model()
    assert model.within == pytest.approx(within)
    assert model.between == pytest.approx(between)


def test_on_data_of_its_own_model_the_ratio_separates_and_is_calibrated():
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(400, 5)) * [2.0, 1.0, 0.5, 0.1, 0.1]
    vectors = np.repeat(centres, 4, axis=0) + rng.normal(size=(1600, 5)) * [0.5, 0.5, 1.0, 1.0, 3.0]
    plda = PLDA(length_norm="none").fit(vectors[:800], [str(i // 4) for i in range(800)])
    first, second = np.arange(800, 1600, 4), np.arange(801, 1600, 4)
    target = plda.score_pairs(vectors, first, second)
    nontarget = plda.score_pairs(
        vectors, np.tile(first, 20), np.concatenate([np.roll(second, k) for k in range(1, 21)])
    )
    assert eer(target, nontarget).value < 0.2
    assert np.exp(nontarget).mean() == pytest.approx(1.0, abs=0.25)  # the mean ratio of non-targets is 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"num_iterations": 0}, "at least 1"),
        ({"initialization": "x"}, "scatter or identity"),
        ({"length_norm": "x"}, "covariance, sqrt_dim or none"),
        ({"multi_session": "x"}, "by_the_book or average"),
    ],
)
def test_bad_parameters_of_plda_are_refused(parameters, message):
    with pytest.raises(InputError, match=message):
        _plda(**parameters)


def test_the_mean_itself_has_no_length_and_an_unfitted_plda_no_score():
    plda = _plda()
    with pytest.raises(InputError, match="row 1 lies at the mean"):
        plda.prepare(np.stack([plda.mean_ + 1, plda.mean_]))
    with pytest.raises(InputError, match="expected a fitted PLDA"):
        PLDA().score([[1.0]], [[2.0]])


def test_a_damaged_file_is_refused(tmp_path):
    plda = _plda()
    plda.save(tmp_path / "plda")
    config = json.loads((tmp_path / "plda" / "config.json").read_text())
    assert config == {"kind": "PLDA", **plda.parameters()}
    plda.psi_ = plda.psi_[:2]
    plda.save(tmp_path / "plda")
    with pytest.raises(InputError, match="do not fit each other"):
        load_backend(tmp_path / "plda")
