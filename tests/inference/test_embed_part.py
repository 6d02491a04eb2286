import numpy as np
import pytest

from kowairo.inference import EmbedPart, SkippedFile
from kowairo.inference.embed_part import count_reasons


@pytest.fixture
def part():
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    return EmbedPart(["a", "声"], vectors, [SkippedFile("b", "empty", "no samples")])


def test_a_part_comes_back_as_it_was_saved(part, tmp_path):
    part.save(tmp_path / "p.npz")
    found = EmbedPart.load(tmp_path / "p.npz")
    assert found.utts == part.utts
    assert found.skipped == part.skipped
    np.testing.assert_array_equal(found.vectors, part.vectors)


def test_a_part_in_which_all_was_skipped_comes_back(tmp_path):
    EmbedPart([], np.empty((0, 3), np.float32), [SkippedFile("b", "empty", "")]).save(tmp_path / "p.npz")
    found = EmbedPart.load(tmp_path / "p.npz")
    assert (found.utts, found.vectors.shape) == ([], (0, 3))


@pytest.mark.parametrize("size", [0, 10, 200])
def test_a_part_that_is_not_whole_counts_as_missing(part, tmp_path, size):
    path = tmp_path / "p.npz"
    part.save(path)
    path.write_bytes(path.read_bytes()[:size])
    assert EmbedPart.load(path) is None


def test_no_part_counts_as_missing(tmp_path):
    assert EmbedPart.load(tmp_path / "p.npz") is None


def test_reasons_are_counted():
    skipped = [
        SkippedFile(utt, reason, "") for utt, reason in (("a", "silent"), ("b", "empty"), ("c", "silent"))
    ]
    assert count_reasons(skipped) == {"empty": 1, "silent": 2}
