"""Contract suites of back-ends and score normalisers."""

from __future__ import annotations

import numpy as np

from kowairo.core import EmbeddingSet, InputError, Scores, Trials
from kowairo.scoring import Backend, Cohort, ScoreNormalizer, score_trials


def check_backend(backend: Backend, *, dim: int = 6) -> None:
    """Run the contract suite of an unfitted back-end.

    Fitting returns the object and leaves its input alone; transforming is row by row (a vector alone gives
    what it gives among others), finite and repeatable; scores are symmetric, in [-1, 1], 1 for a vector with
    itself; NaN is refused.

    Args:
        backend: Made with its keyword arguments, not fitted.
        dim: Dimension of the embeddings to try it with.

    Raises:
        AssertionError: A promise does not hold; the message says which.
    """
    rng = np.random.default_rng(0)
    speakers = [f"s{i % 10}" for i in range(80)]
    centres = rng.normal(size=(10, dim))
    vectors = np.tile(centres, (8, 1)) + 0.3 * rng.normal(size=(80, dim))
    before = vectors.copy()
    assert backend.fit(vectors, speakers) is backend, "fit must return the back-end itself"
    moved = backend.transform(vectors)
    assert np.array_equal(vectors, before), "fit and transform must not change their input"
    assert moved.shape[0] == len(vectors), f"expected one row out per row in, got {moved.shape}"
    assert np.isfinite(moved).all(), "transform must be finite"
    assert np.allclose(backend.transform(vectors[3:4]), moved[3:4]), (
        "a row alone must equal the row among others"
    )
    left, right = vectors[:20], vectors[20:40]
    scores = backend.score(left, right)
    assert np.allclose(scores, backend.score(right, left)), "scores must be symmetric"
    assert (np.abs(scores) <= 1).all(), "scores must lie in [-1, 1]"
    assert np.allclose(backend.score(left, left), 1.0), "a vector must score 1 with itself"
    _refuses_nan(backend, vectors)


def _refuses_nan(backend: Backend, vectors: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    """Fail unless NaN raises InputError."""
    broken = vectors.copy()
    broken[1, 0] = np.nan
    try:
        backend.transform(broken)
    except InputError:
        return
    raise AssertionError("transform must refuse NaN with InputError")


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
