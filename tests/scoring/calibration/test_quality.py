import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import EmbeddingSet, InputError, Scores
from kowairo.scoring.calibration import (
    cohort_means,
    embedding_magnitudes,
    quality_columns,
    quality_names,
    read_durations,
)
from kowairo.scoring.normalization import CohortStatistics

_TABLES = {
    "duration_s": {"a": 2.0, "b": 60.0},
    "magnitude": {"a": 9.0, "b": 4.0},
    "cohort_mean": {"a": -0.1, "b": 0.2},
}


def _pair(enroll="a", test="b", score=0.5):
    return Scores([enroll], [test], np.array([score]))


def test_columns_of_a_hand_worked_trial():
    got = quality_columns(_pair(), _TABLES)
    # the minute counts as 20 s; cohort means keep their sign
    np.testing.assert_allclose(
        got, [[0.5, np.log(2), np.log(20), np.log(4), np.log(9), -0.1, 0.2]], atol=1e-12
    )


def test_names_stand_in_the_order_of_the_columns():
    names = quality_names(["cohort_mean", "duration_s"])
    assert names == ["score", "cohort_mean_low", "cohort_mean_high", "duration_s_low", "duration_s_high"]
    got = quality_columns(_pair(), _TABLES, measures=["cohort_mean", "duration_s"])
    np.testing.assert_allclose(got, [[0.5, -0.1, 0.2, np.log(2), np.log(20)]])


@given(st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)))
def test_swapping_the_sides_of_a_trial_changes_no_column(values):
    tables = {measure: dict(zip("ab", values, strict=True)) for measure in _TABLES}
    np.testing.assert_array_equal(
        quality_columns(_pair("a", "b"), tables), quality_columns(_pair("b", "a"), tables)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration_s": {"a": 2.0}}, "no duration_s of utterance 'b'"),
        ({"magnitude": {"a": 0.0, "b": 1.0}}, "unusable magnitude 0.0 of utterance 'a'"),
        ({"cohort_mean": {"a": 1.0, "b": np.nan}}, "unusable cohort_mean nan of utterance 'b'"),
        ({"duration_s": {"a": np.inf, "b": 1.0}}, "unusable duration_s inf of utterance 'a'"),
    ],
)
def test_a_value_that_is_missing_or_unusable_is_named(changes, message):
    with pytest.raises(InputError, match=message):
        quality_columns(_pair(), _TABLES | changes)


@pytest.mark.parametrize(
    ("measures", "message"),
    [(["loudness"], "none of duration_s"), ([], "one or more"), (["magnitude"] * 2, "each once")],
)
def test_measures_must_be_known_and_each_once(measures, message):
    with pytest.raises(InputError, match=message):
        quality_columns(_pair(), _TABLES, measures=measures)


def test_a_measure_without_a_table_is_named():
    with pytest.raises(InputError, match="no table of the quality measure magnitude"):
        quality_columns(_pair(), {"duration_s": _TABLES["duration_s"]})


def test_durations_are_read_from_text():
    assert read_durations({"a": "2.5", "b": "1e1"}) == {"a": 2.5, "b": 10.0}


@pytest.mark.parametrize("text", ["", "two", "0", "-1", "nan", "inf"])
def test_a_duration_that_is_no_positive_number_is_named(text):
    with pytest.raises(InputError, match="seconds above 0 for u1"):
        read_durations({"u1": text})


def test_magnitudes_by_hand_with_and_without_a_mean():
    embeddings = EmbeddingSet(np.array([[3, 4], [0, 1]], np.float32), ["a", "b"])
    assert embedding_magnitudes(embeddings) == {"a": 5.0, "b": 1.0}
    assert embedding_magnitudes(embeddings, mean=[0, 1])["b"] == 0.0
    with pytest.raises(InputError, match=r"expected a mean \(2,\)"):
        embedding_magnitudes(embeddings, mean=[1.0])


def test_cohort_means_are_those_of_the_normalisers_statistics():
    statistics = CohortStatistics(("a", "b"), np.array([0.25, -0.5]), np.array([1.0, 1.0]))
    assert cohort_means(statistics) == {"a": 0.25, "b": -0.5}
