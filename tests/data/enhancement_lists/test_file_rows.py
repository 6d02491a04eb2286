import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, Trials
from kowairo.data.enhancement_lists import file_rows, listed_trials

SET = EmbeddingSet(np.eye(4, dtype=np.float32), ["a/x/1", "a/x/2", "b/x/1", "c/x/1"])


def test_files_are_found_by_id_and_with_either_ending():
    assert file_rows(SET, ["a/x/2.wav", "a/x/2.npy", "a/x/2"]).tolist() == [1, 1, 1]
    odd = EmbeddingSet(np.eye(2, dtype=np.float32), ["u.wav", "u"])
    assert file_rows(odd, ["u.wav", "u.npy"]).tolist() == [0, 1]


def test_missing_files_are_named_and_counted():
    with pytest.raises(InputError, match=r"no embedding of 'a/x/9.npy' \(2 missing\)"):
        file_rows(SET, ["a/x/1", "a/x/9.npy", "z"])


def test_trials_come_with_their_embeddings_under_the_ids_of_these():
    trials = Trials(["a/x/1.wav", "b/x/1"], ["a/x/2.npy", "a/x/1"], np.array([True, False]))
    vectors, found = listed_trials(SET, trials)
    assert vectors.utts == ["a/x/1", "a/x/2", "b/x/1"]
    assert list(found) == [("a/x/1", "a/x/2", True), ("b/x/1", "a/x/1", False)]
