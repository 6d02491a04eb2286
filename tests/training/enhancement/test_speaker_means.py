import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.training.enhancement import SpeakerMeans, multi_utterance_targets

_VECTORS = np.array([[3.0, 0.0], [0.0, 1.0], [5.0, 5.0]])


@pytest.mark.parametrize(
    ("target", "left_out", "rows", "expected"),
    [
        ("normalize_average", "nothing", [0, 1, 2], [[0.5, 0.5], [0.5, 0.5], [0.5**0.5, 0.5**0.5]]),
        ("normalize_average", "input", [0, 1], [[0, 1], [1, 0]]),
        ("average_normalize", "nothing", [0, 1, 2], [[0.9**0.5, 0.1**0.5]] * 2 + [[0.5**0.5, 0.5**0.5]]),
        ("average_normalize", "input", [0, 1], [[0, 1], [1, 0]]),
    ],
)
def test_targets_of_hand_worked_speakers(target, left_out, rows, expected):
    found, targets = multi_utterance_targets(_VECTORS, ["a", "a", "b"], target=target, left_out=left_out)
    assert found.tolist() == rows
    assert targets == pytest.approx(np.array(expected), abs=1e-6)


def test_crops_averaged_first_and_both_means_equal_the_closed_form():
    # Two utterances of ten crops: B averages unit vectors, C is the unit vector of the MEAN, not of the last.
    crops = np.random.default_rng(0).normal(size=(2, 10, 4))
    first, second = crops.mean(axis=1)
    means = {
        "normalize_average": (first / np.linalg.norm(first) + second / np.linalg.norm(second)) / 2,
        "average_normalize": (first + second) / np.linalg.norm(first + second),
    }
    for target, expected in means.items():
        _, found = multi_utterance_targets([first, second], ["a", "a"], target=target, left_out="nothing")
        assert found[0] == pytest.approx(expected, abs=1e-6)
    assert np.linalg.norm(found[0]) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("target", ["normalize_average", "average_normalize"])
def test_targets_that_leave_the_input_out_equal_a_naive_loop(target):
    rng = np.random.default_rng(0)
    vectors, speakers = rng.normal(size=(30, 4)), [f"s{i}" for i in rng.integers(0, 6, 30)]
    rows, targets = multi_utterance_targets(vectors, speakers, target=target, left_out="input")
    for row, ours in zip(rows, targets, strict=True):
        others = [vectors[j] for j in range(30) if j != row and speakers[j] == speakers[row]]
        if target == "normalize_average":
            expected = np.mean([x / np.linalg.norm(x) for x in others], axis=0)
        else:
            expected = np.mean(others, axis=0) / np.linalg.norm(np.mean(others, axis=0))
        assert ours == pytest.approx(expected, abs=1e-6)


def test_blocks_give_what_one_sum_gives(monkeypatch):
    monkeypatch.setattr("kowairo.training.enhancement.speaker_means._BLOCK_ROWS", 7)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 3)).astype(np.float32)
    speakers = rng.integers(-1, 5, 40)
    embeddings = EmbeddingSet(vectors, [str(i) for i in range(40)])
    means = SpeakerMeans.of(embeddings, speakers, 6, target="average_normalize")
    assert means.counts.tolist() == [int((speakers == s).sum()) for s in range(6)]
    for speaker in range(5):
        mean = vectors[speakers == speaker].astype(np.float64).mean(axis=0)
        found = means.means(np.array([speaker]))[0]
        assert found == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_rows_that_cannot_be_used_are_named_where_they_are_needed():
    vectors = np.ones((4, 2), dtype=np.float32)
    vectors[1], vectors[3] = np.nan, 0.0
    embeddings = EmbeddingSet(vectors, list("abcd"))
    with pytest.raises(InputError, match=r"the embedding of 'b' is zero or not finite \(2 such\)"):
        SpeakerMeans.of(embeddings, np.zeros(4, dtype=np.int64), 1, target="normalize_average")
    used = np.array([0, -1, 0, -1])
    assert SpeakerMeans.of(embeddings, used, 1, target="normalize_average").counts.tolist() == [2]


def test_a_column_of_speakers_of_another_length_is_refused():
    with pytest.raises(InputError, match="one speaker per row, got 1 for 3 rows"):
        multi_utterance_targets(_VECTORS, ["a"], target="normalize_average", left_out="input")
