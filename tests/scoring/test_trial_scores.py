import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, Scores, Trials
from kowairo.scoring import LDA, align_scores, cosine_scores, score_trials, transform_set
from kowairo.scoring.trial_scores import score_rows, usable_rows
from kowairo.testing.scoring import toy_trials


def test_trials_get_the_cosine_of_their_two_rows():
    embeddings = EmbeddingSet(np.array([[1, 0], [1, 1], [0, 2]], dtype=np.float32), ["a", "b", "c"], {})
    trials = Trials(["a", "a"], ["b", "c"], np.array([True, False]))
    scores = score_trials(embeddings, trials)
    assert (scores.enroll, scores.test) == (trials.enroll, trials.test)
    assert scores.values == pytest.approx([np.sqrt(0.5), 0.0])


def test_a_backend_is_applied_before_the_cosine():
    embeddings, trials, _ = toy_trials()
    lda = LDA(num_dims=3).fit(embeddings.vectors, [utt.split("-")[0] for utt in embeddings.utts])
    expected = lda.score(embeddings.rows(trials.enroll), embeddings.rows(trials.test))
    assert score_trials(embeddings, trials, lda).values == pytest.approx(expected, abs=2e-7)
    moved = transform_set(embeddings, lda)
    assert moved.meta["backend"] == "LDA"
    assert score_trials(moved, trials).values == pytest.approx(expected, abs=1e-5)  # stored as float32


def test_a_trial_without_embedding_is_named():
    embeddings, _, _ = toy_trials()
    with pytest.raises(InputError, match="nobody-1"):
        score_trials(embeddings, Trials(["nobody-1"], ["spk0-0"], np.array([True])))


def test_scores_in_another_order_are_matched_by_pair():
    trials = Trials(["a", "a", "b"], ["b", "c", "c"], np.array([True, False, False]))
    shuffled = Scores(["b", "a", "a"], ["c", "c", "b"], np.array([3.0, 2.0, 1.0]))
    assert align_scores(shuffled, trials).tolist() == [1.0, 2.0, 3.0]


def test_a_missing_score_and_a_contradiction_are_named():
    trials = Trials(["a", "a"], ["b", "c"], np.array([True, False]))
    with pytest.raises(InputError, match="no score for 1 trials, the first is a c"):
        align_scores(Scores(["a"], ["b"], np.array([1.0])), trials)
    with pytest.raises(InputError, match="a b has two different scores"):
        align_scores(Scores(["a", "a"], ["b", "b"], np.array([1.0, 2.0])), trials)


def test_scores_of_toy_speakers_equal_plain_cosines():
    embeddings, trials, _ = toy_trials()
    expected = cosine_scores(embeddings.rows(trials.enroll), embeddings.rows(trials.test))
    assert score_trials(embeddings, trials).values == pytest.approx(expected, abs=2e-7)


@pytest.mark.parametrize("wrong", [[0, 0], [np.nan, 1], [np.inf, 1]])
def test_a_vector_without_direction_is_named_by_its_utterance(wrong):
    embeddings = EmbeddingSet(np.array([[1, 2], wrong, wrong], dtype=np.float32), ["a", "b", "c"])
    with pytest.raises(InputError, match=r"the embedding of 'b' is zero or not finite \(1 such\)"):
        score_trials(embeddings, Trials(["a"], ["b"], np.array([True])))
    assert score_trials(embeddings, Trials(["a"], ["a"], np.array([True]))).values == pytest.approx([1.0])


def test_tiny_and_huge_vectors_have_a_direction():
    vectors = np.array([[1e-30, 0], [3e38, 3e38], [0, 0]], dtype=np.float32)
    assert usable_rows(vectors).tolist() == [True, True, False]


def test_rows_are_scored_wherever_they_stand():
    embeddings, trials, _ = toy_trials()
    rows = embeddings.row_numbers(trials.enroll), embeddings.row_numbers(trials.test)
    order = np.random.default_rng(0).permutation(len(trials))
    whole = score_rows(embeddings, *rows)
    np.testing.assert_array_equal(score_rows(embeddings, rows[0][order], rows[1][order]), whole[order])
