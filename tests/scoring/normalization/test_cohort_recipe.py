import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.normalization import CohortRecipe

_VECTORS = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
_SPEAKERS = [f"s{row % 4}" for row in range(12)]


@pytest.mark.parametrize(("rows", "expected"), [("utterances", 12), ("speakers", 4), ("clusters", 5)])
def test_each_kind_of_rows_gives_its_number_of_rows(rows, expected):
    cohort = CohortRecipe(rows=rows, num_clusters=5).make(_VECTORS, _SPEAKERS)
    assert len(cohort) == expected
    assert set(cohort.rows_by_speaker) == {"s0", "s1", "s2", "s3"}


def test_sub_mean_takes_the_mean_of_all_utterances():
    cohort = CohortRecipe(rows="speakers", average="raw", sub_mean="cohort").make(_VECTORS, _SPEAKERS)
    mean = _VECTORS.mean(axis=0, dtype=np.float64)
    assert cohort.mean == pytest.approx(mean)
    expected = _VECTORS[::4].mean(axis=0) - mean
    assert cohort.vectors[0] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": "files"}, "got 'files'"),
        ({"sub_mean": "yes"}, "sub_mean none or cohort"),
        ({"rows": "clusters", "similarity": "euclidean"}, "by cosine only"),
    ],
)
def test_unknown_settings_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        CohortRecipe(**settings)


def test_a_cohort_of_nothing_or_of_speakers_without_labels_is_refused():
    with pytest.raises(InputError, match="to make a cohort of, got shape"):
        CohortRecipe().make(np.zeros((0, 3)))
    with pytest.raises(InputError, match="needs to know the speakers"):
        CohortRecipe(rows="speakers").make(_VECTORS)
