import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.normalization import Cohort, check_cohort_speakers


def test_a_cohort_that_holds_a_trial_speaker_is_refused_unless_asked():
    cohort = Cohort.of_utterances(np.eye(2), ["a", "b"])
    check_cohort_speakers(cohort, ["c"], shared_speakers="refuse")
    check_cohort_speakers(cohort, ["a", "c"], shared_speakers="exclude")
    with pytest.raises(InputError, match="holds 1 speakers of the trials"):
        check_cohort_speakers(cohort, ["a", "c"], shared_speakers="refuse")
    with pytest.raises(InputError, match="refuse or exclude, got 'maybe'"):
        check_cohort_speakers(cohort, ["a"], shared_speakers="maybe")


def test_a_cluster_with_one_utterance_of_a_trial_speaker_is_refused_too():
    cohort = Cohort.of_clusters(np.eye(3), ["a", "b", "c"], num_rows=2, seed=0)
    with pytest.raises(InputError, match=r"e\.g\. 'b'"):
        check_cohort_speakers(cohort, ["b"], shared_speakers="refuse")
