import numpy as np
import pytest

from kowairo.core import InputError, Scores, Trials
from kowairo.scoring import top_k_accuracy
from kowairo.scoring.identification import identification_matrix, identification_metrics


def all_pairs(matrix, labels):
    """Trials of every probe against every speaker, and their scores."""
    pairs = [(f"m{column}", f"p{row}") for row in range(len(matrix)) for column in range(matrix.shape[1])]
    target = np.array([labels[int(probe[1:])] == int(model[1:]) for model, probe in pairs])
    enroll, test = [model for model, _ in pairs], [probe for _, probe in pairs]
    return Scores(enroll, test, matrix.ravel()), Trials(enroll, test, target)


def test_hand_worked_figures():
    # p0 is m0 and found; p1 is m1 and taken for m0; p2 is nobody and scores 0.75 with m1.
    scores, trials = all_pairs(np.array([[0.9, 0.1], [0.8, 0.7], [0.2, 0.75]]), [0, 1, -1])
    figures = identification_metrics(scores, trials, ranks=(1, 2), fpirs=(0.0, 1.0))
    assert (figures["num_speakers"], figures["num_known"], figures["num_unknown"]) == (2, 2, 1)
    assert (figures["top_1_accuracy"], figures["top_2_accuracy"]) == (0.5, 1.0)
    assert (figures["macro_precision"], figures["macro_recall"]) == (0.25, 0.5)
    assert (figures["fnir_at_fpir_0"], figures["fnir_at_fpir_1"]) == (0.5, 0.5)


def test_the_order_of_trials_and_scores_does_not_matter():
    rng = np.random.default_rng(0)
    matrix, labels = rng.standard_normal((30, 6)), rng.integers(-1, 6, 30)
    scores, trials = all_pairs(matrix, labels)
    assert identification_metrics(scores, trials)["top_1_accuracy"] == pytest.approx(
        top_k_accuracy(matrix[labels >= 0], labels[labels >= 0], ks=(1,))[1]
    )
    order = rng.permutation(len(trials))
    shuffled = Trials(
        [trials.enroll[i] for i in order], [trials.test[i] for i in order], trials.target[order]
    )
    assert identification_metrics(scores, shuffled) == identification_metrics(scores, trials)


def test_the_matrix_is_that_of_the_pairs():
    matrix = np.arange(6.0).reshape(3, 2)
    found, labels, probes, speakers = identification_matrix(*all_pairs(matrix, [1, -1, 0]))
    np.testing.assert_array_equal(found, matrix)
    assert (labels.tolist(), probes, speakers) == ([1, -1, 0], ["p0", "p1", "p2"], ["m0", "m1"])


def test_probes_of_enrolled_speakers_alone_have_no_open_set_rates():
    figures = identification_metrics(*all_pairs(np.eye(3), [0, 1, 2]), ranks=(1,))
    assert figures["top_1_accuracy"] == 1.0
    assert not any(name.startswith("fnir") for name in figures)


def test_a_missing_pair_is_named():
    scores, trials = all_pairs(np.eye(2), [0, 1])
    part = Trials(trials.enroll[:3], trials.test[:3], trials.target[:3])
    with pytest.raises(InputError, match="there is no trial m1 p1"):
        identification_metrics(scores, part)


def test_several_enrolments_of_one_speaker_are_refused():
    scores, trials = all_pairs(np.eye(2), [0, 1])
    both = Trials(trials.enroll, trials.test, np.ones(4, dtype=np.bool_))
    with pytest.raises(InputError, match="one model per speaker"):
        identification_matrix(scores, both)
