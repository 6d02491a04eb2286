import numpy as np
import pytest

from kowairo.core import AudioRef, Corpus, InputError, Scores, Trials
from kowairo.scoring.worst_trials import worst_trials, write_worst_trials

_SPEAKERS = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "c1": "c"}
_TRIALS = Trials(
    ["a1", "a1", "a2", "a1", "b1"],
    ["a2", "a3", "a3", "b1", "c1"],
    np.array([True, True, True, False, False]),
)
_SCORES = Scores(_TRIALS.enroll, _TRIALS.test, np.array([0.9, 0.1, 0.1, 0.2, 0.8]))


@pytest.fixture
def corpus():
    return Corpus({utt: AudioRef(f"wav/{utt}.ogg") for utt in _SPEAKERS}, _SPEAKERS)


def test_low_targets_come_first_then_high_nontargets_ties_in_the_order_of_the_list(corpus):
    worst = worst_trials(_SCORES, _TRIALS, corpus, n=2)
    assert [(trial.error, trial.enroll, trial.test, trial.score) for trial in worst] == [
        ("miss", "a1", "a3", 0.1),
        ("miss", "a2", "a3", 0.1),
        ("false_alarm", "b1", "c1", 0.8),
        ("false_alarm", "a1", "b1", 0.2),
    ]


def test_speakers_and_paths_stand_beside_the_trial(corpus):
    trial = worst_trials(_SCORES, _TRIALS, corpus, n=1)[1]
    assert (trial.enroll_speaker, trial.test_speaker) == ("b", "c")
    assert (trial.enroll_path, trial.test_path) == ("wav/b1.ogg", "wav/c1.ogg")


def test_scores_are_joined_by_pair_and_not_by_position(corpus):
    order = [4, 2, 0, 3, 1]
    shuffled = Scores(
        [_SCORES.enroll[i] for i in order], [_SCORES.test[i] for i in order], _SCORES.values[order]
    )
    assert worst_trials(shuffled, _TRIALS, corpus) == worst_trials(_SCORES, _TRIALS, corpus)


def test_the_table_has_a_header_and_a_line_per_trial(corpus, tmp_path):
    write_worst_trials(tmp_path / "worst.tsv", worst_trials(_SCORES, _TRIALS, corpus, n=1))
    header, first, _ = (tmp_path / "worst.tsv").read_text(encoding="utf-8").splitlines()
    assert header.split("\t")[:4] == ["error", "score", "enroll", "test"]
    assert first.split("\t") == ["miss", "0.1", "a1", "a3", "a", "a", "wav/a1.ogg", "wav/a3.ogg"]


def test_a_missing_utterance_and_a_count_of_zero_are_refused(corpus):
    with pytest.raises(InputError, match="1 worst trial or more, got 0"):
        worst_trials(_SCORES, _TRIALS, corpus, n=0)
    with pytest.raises(InputError, match="trial b1 c1: 'c1' is not in the corpus"):
        worst_trials(_SCORES, _TRIALS, corpus.subset(["a1", "a2", "a3", "b1"]), n=1)
