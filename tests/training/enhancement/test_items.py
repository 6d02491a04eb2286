import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.training.enhancement import EnhancementItems

SET = EmbeddingSet(np.eye(6, dtype=np.float32), list("abcdef"))
SPEAKERS = np.array([0, 0, 1, 2, 2, 2])


def items(**options):
    return EnhancementItems(SET, "normal", ("x", "y", "z"), SPEAKERS, np.array([0, 2, 3]), **options)


def test_speakers_follow_from_the_rows():
    assert items().speakers.tolist() == [0, 1, 2]
    assert items().num_speakers == 3


def test_speakers_with_one_embedding_are_left_out_and_counted():
    kept = items(others=np.array([2, 2, 0])).usable(min_utterances=2)
    assert (kept.rows.tolist(), kept.others.tolist(), kept.left_out) == ([0, 3], [2, 0], 1)
    assert items().usable(min_utterances=1).left_out == 0


def test_speakers_with_one_kind_of_pairs_are_left_out_and_counted():
    pairs = EnhancementItems(
        SET,
        "distribution",
        ("x", "y", "z"),
        SPEAKERS,
        np.array([0, 1, 3, 4, 3, 5]),
        same_session=np.array([True, True, False]),
    )
    kept = pairs.usable(min_utterances=2)
    assert (kept.rows.tolist(), kept.same_session.tolist(), kept.left_out) == ([3, 4, 3, 5], [True, False], 1)


def test_nobody_left_is_an_error_that_says_what_is_needed():
    with pytest.raises(InputError, match="a speaker with two or more embeddings, got none"):
        items().usable(min_utterances=4)
    pairs = EnhancementItems(
        SET, "distribution", ("x",), SPEAKERS * 0, np.array([0, 1]), same_session=np.array([True])
    )
    with pytest.raises(InputError, match="pairs of one session and of two, got none"):
        pairs.usable(min_utterances=2)
