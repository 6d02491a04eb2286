"""Contract suites of back-ends and score normalisers."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Scores, Trials
from kowairo.scoring import Backend, Cohort, ScoreNormalizer, score_trials
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import load_backend


def check_backend(backend: Backend, *, dim: int = 6) -> None:
    """Run the contract suite of an unfitted back-end.

    Fitting returns the object and leaves its input alone; transforming is row by row (a vector alone gives
    what it gives among others), finite and repeatable; the order of the training rows does not matter; scores
    of two utterances are symmetric and the same by every way to ask for them; cosines lie in [-1, 1] and are
    1 for a vector with itself, likelihood ratios are finite; models of several utterances are scored; a
    closed form equals its matrix and offset; NaN, another dimension, and saving before fitting are refused;
    what is saved comes back the same.

    Args:
        backend: Made with its keyword arguments, not fitted.
        dim: Dimension of the embeddings to try it with.

    Raises:
        AssertionError: A promise does not hold; the message says which.
    """
    vectors, speakers = toy_speakers(dim=dim)
    before = vectors.copy()
    _saves_only_what_is_fitted(backend)
    assert backend.fit(vectors, speakers) is backend, "fit must return the back-end itself"
    moved = backend.transform(vectors)
    assert np.array_equal(vectors, before), "fit and transform must not change their input"
    assert moved.shape[0] == len(vectors), f"expected one row out per row in, got {moved.shape}"
    assert np.isfinite(moved).all(), "transform must be finite"
    assert np.allclose(backend.transform(vectors[3:4]), moved[3:4]), (
        "a row alone must equal the row among others"
    )
    _scores_agree(backend, vectors)
    _scores_models(backend, vectors)
    _equals_its_affine_map(backend, vectors)
    _survives_the_disk(backend, vectors)
    _refuses_other_input(backend, vectors)
    _ignores_the_order_of_training_rows(backend, vectors, speakers)


def _close(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    """Compare scores as exactly as float32 factors allow, 1e-6 for cosines."""
    return bool(np.allclose(left, right, rtol=1e-5, atol=1e-6 * max(1.0, float(np.abs(left).max()))))


def _scores_agree(backend: Backend, vectors: NDArray[np.float64]) -> None:
    """Fail unless all ways to score two utterances give the same, symmetric numbers in their range."""
    left, right, rows = vectors[:20], vectors[20:40], np.arange(20)
    scores = backend.score(left, right)
    assert _close(scores, backend.score(right, left)), "scores must be symmetric"
    assert _close(scores, backend.score_pairs(vectors, rows, rows + 20)), "score_pairs must equal score"
    prepared = backend.prepare(vectors)
    assert _close(scores, backend.score_prepared(prepared, rows, rows + 20)), (
        "scores of prepared rows must equal scores of vectors"
    )
    matrix = backend.score_matrix(prepared[:20], prepared[20:40])
    assert matrix.shape == (20, 20), f"expected all pairs of 20 and 20, got {matrix.shape}"
    assert _close(scores, np.diag(matrix)), "the score matrix must hold the scores of pairs"
    if backend.score_kind == "cosine":
        assert (np.abs(scores) <= 1).all(), "scores must lie in [-1, 1]"
        assert np.allclose(backend.score(left, left), 1.0, atol=1e-6), "a vector must score 1 with itself"
    else:
        assert np.isfinite(scores).all(), "scores must be finite"


def _scores_models(backend: Backend, vectors: NDArray[np.float64]) -> None:
    """Fail unless a model of one utterance scores as that utterance, and the order in a model is nothing."""
    prepared, rows = backend.prepare(vectors), np.arange(20)
    single = backend.enroll(prepared, [np.array([row]) for row in rows])
    assert _close(
        backend.score_models(single, prepared, rows, rows + 20),
        backend.score_prepared(prepared, rows, rows + 20),
    ), "a model of one utterance must score as the utterance"
    several = backend.enroll(prepared, [np.array([0, 10, 20]), np.array([20, 0, 10])])
    scores = backend.score_models(several, prepared, np.array([0, 1]), np.array([5, 5]))
    assert np.isfinite(scores).all(), "scores of models must be finite"
    assert np.isclose(scores[0], scores[1]), "the order of a model's utterances must not matter"


def _equals_its_affine_map(backend: Backend, vectors: NDArray[np.float64]) -> None:
    """Fail unless a closed form maps as its matrix and offset do."""
    if isinstance(backend, AffineBackend):
        matrix, offset = backend.affine()
        assert np.allclose(backend.transform(vectors), vectors @ matrix.T + offset), (
            "transform must equal the affine map"
        )


def _survives_the_disk(backend: Backend, vectors: NDArray[np.float64]) -> None:
    """Fail unless a saved back-end is read back by its kind and scores the same."""
    rows = np.arange(20)
    with TemporaryDirectory() as folder:
        backend.save(Path(folder, "backend"))
        again = load_backend(Path(folder, "backend"))
    assert type(again) is type(backend), f"expected a {type(backend).__name__} back, got {type(again)}"
    assert np.array_equal(
        again.score_pairs(vectors, rows, rows + 20), backend.score_pairs(vectors, rows, rows + 20)
    ), "a back-end read from disk must score as the saved one"


def _saves_only_what_is_fitted(backend: Backend) -> None:
    """Fail unless a back-end that learns something refuses to be saved before it has."""
    if not backend.learned:
        return
    with TemporaryDirectory() as folder:
        try:
            backend.save(Path(folder, "backend"))
        except InputError:
            return
    raise AssertionError("saving before fitting must raise InputError")


def _refuses_other_input(backend: Backend, vectors: NDArray[np.float64]) -> None:
    """Fail unless NaN and, where something was learned, another dimension raise InputError."""
    broken = vectors.copy()
    broken[1, 0] = np.nan
    assert _is_refused(backend, broken), "transform must refuse NaN with InputError"
    if backend.learned:
        assert _is_refused(backend, vectors[:, :-1]), (
            "transform must refuse another dimension with InputError"
        )


def _ignores_the_order_of_training_rows(
    backend: Backend, vectors: NDArray[np.float64], speakers: list[str]
) -> None:
    """Fail unless fitting on shuffled rows gives the same scores."""
    before = backend.score(vectors[:20], vectors[20:40])
    order = np.random.default_rng(1).permutation(len(vectors))
    backend.fit(vectors[order], [speakers[row] for row in order])
    assert np.allclose(backend.score(vectors[:20], vectors[20:40]), before, rtol=1e-4, atol=1e-4), (
        "the order of the training rows must not matter"
    )


def _is_refused(backend: Backend, vectors: NDArray[np.float64]) -> bool:
    """Say whether transforming raises InputError."""
    try:
        backend.transform(vectors)
    except InputError:
        return True
    return False


def check_score_normalizer(normalizer: ScoreNormalizer) -> None:
    """Run the contract suite of an unfitted score normaliser.

    Fitting returns the object; trials and their order stay; the input scores are not changed; the result is
    finite; a cohort that holds a trial's speaker is refused; an unfitted normaliser refuses to transform.

    Args:
        normalizer: Made with its keyword arguments (and ``shared_speakers="refuse"``), not fitted.

    Raises:
        AssertionError: A promise does not hold; the message says which.
    """
    embeddings, trials, cohort = toy_trials()
    utt2spk = {utt: utt.split("-")[0] for utt in embeddings.utts}
    scores = score_trials(embeddings, trials)
    _refuses_unfitted(normalizer, scores)
    before = scores.values.copy()
    assert normalizer.fit(embeddings, cohort, utt2spk=utt2spk) is normalizer, (
        "fit must return the normaliser itself"
    )
    normalized = normalizer.transform(scores)
    assert (normalized.enroll, normalized.test) == (scores.enroll, scores.test), (
        "trials must stay as they are"
    )
    assert np.isfinite(normalized.values).all(), "normalised scores must be finite"
    assert np.array_equal(scores.values, before), "transform must not change its input"
    assert np.array_equal(normalizer.transform(scores).values, normalized.values), (
        "transform must be repeatable"
    )
    shared = Cohort.of_utterances(embeddings.vectors, [utt2spk[utt] for utt in embeddings.utts])
    try:
        normalizer.fit(embeddings, shared, utt2spk=utt2spk)
    except InputError:
        return
    raise AssertionError("a cohort that holds speakers of the trials must be refused with InputError")


def _refuses_unfitted(normalizer: ScoreNormalizer, scores: Scores) -> None:
    """Fail unless transforming before fitting raises InputError."""
    try:
        normalizer.transform(scores)
    except InputError:
        return
    raise AssertionError("transform before fit must raise InputError")


def toy_trials(*, num_speakers: int = 8, dim: int = 12, seed: int = 0) -> tuple[EmbeddingSet, Trials, Cohort]:
    """Make seeded embeddings of a few speakers, all their trials and a cohort of others.

    Utterances are called ``spk0-0``, ``spk0-1`` ..., so that the part before the dash is the speaker.

    Args:
        num_speakers: Speakers in the trials; each has 4 utterances.
        dim: Dimension of the embeddings.
        seed: Equal seeds give equal values.

    Returns:
        The embedding set, all pairs of its utterances as trials, and a cohort of 40 utterances of 10 others.
    """
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(num_speakers + 10, dim))
    vectors = np.repeat(centres, 4, axis=0) + 0.6 * rng.normal(size=(4 * len(centres), dim))
    utts = [f"spk{i // 4}-{i % 4}" for i in range(4 * num_speakers)]
    first, second = np.triu_indices(len(utts), k=1)
    trials = Trials([utts[i] for i in first], [utts[j] for j in second], first // 4 == second // 4)
    others = [f"cohort{i // 4}" for i in range(40)]
    embeddings = EmbeddingSet(vectors[: len(utts)].astype(np.float32), utts, {})
    return embeddings, trials, Cohort.of_utterances(vectors[len(utts) :], others)


def toy_speakers(
    *, num_speakers: int = 10, each: int = 8, dim: int = 6, spread: float = 0.3, seed: int = 0
) -> tuple[NDArray[np.float64], list[str]]:
    """Make seeded embeddings around one centre per speaker.

    Args:
        num_speakers: Speakers ``s00``, ``s01`` ...
        each: Utterances per speaker; row ``i`` belongs to speaker ``i % num_speakers``.
        dim: Dimension.
        spread: Deviation of a component around the speaker's centre; centres deviate by 1.
        seed: Equal seeds give equal values.

    Returns:
        Vectors (num_speakers * each, dim) float64 and the speaker of each row.
    """
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(num_speakers, dim))
    vectors = np.tile(centres, (each, 1)) + spread * rng.normal(size=(num_speakers * each, dim))
    return vectors, [f"s{i % num_speakers:02d}" for i in range(len(vectors))]
