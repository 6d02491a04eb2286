import numpy as np
import pytest

from kowairo.scoring.normalization import Cohort, normed_cohort_moments
from kowairo.testing.scoring import toy_trials


def naive(vector, cohort, *, ddof, speaker=None):
    normed = []
    for k, row in enumerate(cohort.vectors):
        others = [j for j in range(len(cohort)) if j != k and cohort.speakers[j] != cohort.speakers[k]]
        impostors = cohort.vectors[others] @ row
        if cohort.speakers[k] != speaker:
            normed.append((vector @ row - impostors.mean()) / impostors.std(ddof=ddof))
    return np.mean(normed), np.std(normed, ddof=ddof)


@pytest.mark.parametrize("ddof", [0, 1])
def test_normed_scores_equal_a_naive_loop_over_blocks(ddof, monkeypatch):
    monkeypatch.setattr("kowairo.scoring.normalization.normed._BLOCK_ROWS", 5)
    embeddings, _, cohort = toy_trials()
    speakers = ["cohort3" if row % 2 else "x" for row in range(len(embeddings.utts))]
    mean, std = normed_cohort_moments(embeddings.vectors, cohort, ddof=ddof, speakers=speakers)
    unit = cohort.project(embeddings.vectors)
    for row in (0, 1, 30, 31):
        expected = naive(unit[row], cohort, ddof=ddof, speaker=speakers[row])
        assert (mean[row], std[row]) == pytest.approx(expected)


def test_without_speakers_only_the_row_itself_is_left_out():
    cohort = Cohort.of_utterances([[1, 0], [0, 1], [0.6, 0.8]])
    named = Cohort.of_utterances(cohort.vectors, ["a", "b", "c"])
    ours = normed_cohort_moments([[1.0, 2.0]], cohort)
    expected = naive(cohort.project([[1.0, 2.0]])[0], named, ddof=0)
    assert (ours.mean[0], ours.std[0]) == pytest.approx(expected)
