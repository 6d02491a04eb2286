import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import precision_recall_fscore_support, top_k_accuracy_score

from kowairo.core import InputError
from kowairo.scoring.closed_set import (
    closed_set_metrics,
    closed_set_metrics_of,
    confusion_matrix,
    top_k_accuracy,
)


def test_confusion_rows_are_true_and_columns_predicted():
    assert confusion_matrix([0, 0, 1], [0, 1, 1], num_classes=3).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]


def test_macro_figures_of_two_hand_worked_speakers():
    metrics = closed_set_metrics([[3, 1], [2, 2]])
    assert metrics.accuracy == pytest.approx(5 / 8)
    assert metrics.macro_precision == pytest.approx((3 / 5 + 2 / 3) / 2)
    assert metrics.macro_recall == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert metrics.macro_f1 == pytest.approx((2 / 3 + 4 / 7) / 2)


def test_figures_agree_with_sklearn_also_with_speakers_that_never_occur():
    rng = np.random.default_rng(0)
    labels, predictions = rng.integers(0, 8, 300), rng.integers(2, 10, 300)
    confusion = confusion_matrix(labels, predictions, num_classes=12)
    assert np.array_equal(confusion, sklearn_confusion(labels, predictions, labels=range(12)))
    expected = precision_recall_fscore_support(labels, predictions, average="macro", zero_division=0)[:3]
    ours = closed_set_metrics(confusion)
    assert (ours.macro_precision, ours.macro_recall, ours.macro_f1) == pytest.approx(expected)


def test_figures_without_the_matrix_are_those_of_the_matrix():
    rng = np.random.default_rng(1)
    labels, predictions = rng.integers(0, 8, 300), rng.integers(2, 10, 300)
    confusion = confusion_matrix(labels, predictions, num_classes=12)
    assert closed_set_metrics_of(labels, predictions, num_classes=12) == closed_set_metrics(confusion)
    with pytest.raises(InputError, match="got none"):
        closed_set_metrics_of([], [], num_classes=3)
    with pytest.raises(InputError, match=r"speakers in 0\.\.1, got 0\.\.2"):
        closed_set_metrics_of([0], [2], num_classes=2)


def test_a_speaker_that_is_never_predicted_has_precision_and_f1_zero():
    metrics = closed_set_metrics([[2, 0], [2, 0]])
    assert (metrics.macro_precision, metrics.macro_recall) == pytest.approx((0.25, 0.5))
    assert metrics.macro_f1 == pytest.approx((4 / 6 + 0) / 2)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"labels and predictions \(n,\)"):
        confusion_matrix([0, 1], [0], num_classes=2)
    with pytest.raises(InputError, match=r"speakers in 0\.\.1, got 0\.\.2"):
        confusion_matrix([0, 2], [0, 1], num_classes=2)
    with pytest.raises(InputError, match="square counts"):
        closed_set_metrics(np.ones((2, 3)))
    with pytest.raises(InputError, match="empty confusion matrix"):
        closed_set_metrics(np.zeros((2, 2)))


def test_top_k_accuracy_of_three_hand_worked_utterances():
    scores = [[0.9, 0.5, 0.1], [0.9, 0.5, 0.1], [0.9, 0.5, 0.1]]
    assert top_k_accuracy(scores, [0, 1, 2], ks=(1, 2, 3)) == {1: 1 / 3, 2: 2 / 3, 3: 1.0}


def test_top_k_accuracy_agrees_with_sklearn():
    rng = np.random.default_rng(1)
    scores, labels = rng.normal(size=(200, 12)), rng.integers(0, 12, 200)
    for k, ours in top_k_accuracy(scores, labels, ks=(1, 4)).items():
        assert ours == pytest.approx(top_k_accuracy_score(labels, scores, k=k, labels=range(12)))


def test_a_constant_scorer_is_right_only_when_all_speakers_are_listed():
    assert top_k_accuracy(np.zeros((4, 3)), [0, 1, 2, 0], ks=(1, 2, 3)) == {1: 0.0, 2: 0.0, 3: 1.0}


def test_bad_lists_and_labels_are_refused():
    with pytest.raises(InputError, match=r"lists of 1 or more speakers, got \[0\]"):
        top_k_accuracy([[1.0, 0.0]], [0], ks=(0,))
    with pytest.raises(InputError, match=r"labels in 0\.\.1, got -1"):
        top_k_accuracy([[1.0, 0.0]], [-1])
