import numpy as np
import pytest

from kowairo.core import InputError, Scores, TableError, read_scores, write_scores
from kowairo.core.score_blocks import iter_score_blocks


def test_the_blocks_of_a_file_hold_what_read_scores_reads(tmp_path):
    rng = np.random.default_rng(0)
    utts = [f"u{row}" for row in rng.integers(0, 50, 400)]
    write_scores(tmp_path / "s", Scores(utts[:200], utts[200:], rng.normal(size=200)))
    blocks = list(iter_score_blocks(tmp_path / "s", block_bytes=1000))
    whole = read_scores(tmp_path / "s")
    assert len(blocks) > 3
    assert [utt for block in blocks for utt in block.enroll.texts()] == whole.enroll
    assert [utt for block in blocks for utt in block.test.texts()] == whole.test
    assert np.array_equal(np.concatenate([block.values for block in blocks]), whole.values)
    assert [line for block in blocks for line in block.lines] == list(range(1, 201))


def test_a_block_writes_lines_with_other_scores(tmp_path):
    (tmp_path / "s").write_text("a b 0.5\nc d 1\n")
    (block,) = iter_score_blocks(tmp_path / "s")
    assert block.formatted(block.values + 0.25) == b"a b 0.75\nc d 1.25\n"
    assert block.take(np.array([False, True])).formatted(np.array([0.1])) == b"c d 0.1\n"


def test_wrong_lines_are_named(tmp_path):
    (tmp_path / "s").write_text("a b 0.5\na b nan\n")
    with pytest.raises(TableError, match=r"s:2: score 'nan' is not a finite number"):
        list(iter_score_blocks(tmp_path / "s"))
    (tmp_path / "s").write_text("a b\n")
    with pytest.raises(TableError, match=r"s:1: expected `enroll test score`, got 2 columns"):
        list(iter_score_blocks(tmp_path / "s"))
    with pytest.raises(InputError, match="no such file"):
        list(iter_score_blocks(tmp_path / "none"))
