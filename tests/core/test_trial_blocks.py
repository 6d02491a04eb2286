import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kowairo.core import InputError, TableError, iter_trial_blocks, read_scores, score_writer
from kowairo.core.lines import read_lines, split_columns

IDS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=" \ufeff"), min_size=1
)
PARTS = st.sampled_from([" ", "  ", "\t", " \t"])
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", " \n"])
LINES = st.lists(st.tuples(IDS, PARTS, IDS, st.sampled_from(["target", "nontarget"]), ENDS), min_size=1)


def read(path, **options):
    """(line, enrolment, test, label) of every trial."""
    for block in iter_trial_blocks(path, **options):
        columns = block.enroll.texts(), block.test.texts(), block.target.tolist()
        yield from zip(block.lines.tolist(), *columns, strict=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(lines=LINES, block_bytes=st.integers(1, 200))
def test_any_list_reads_as_line_by_line_whatever_the_block(tmp_path, path_of_columns, lines, block_bytes):
    text = "".join(f"{a}{part}{b} {label}{end}" for a, part, b, label, end in lines)
    (tmp_path / "t").write_bytes(text.encode())
    naive = []
    for number, line in read_lines(tmp_path / "t"):
        enroll, test, label = split_columns(line)
        naive.append((number, enroll, test, label == "target"))
    assert list(read(tmp_path / "t", block_bytes=block_bytes)) == naive


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a b target\na b\n", ":2: expected 3 columns, got 2"),
        (b"a b target\nc target d e\n", ":2: expected 3 columns, got 4"),
        (b"a b\ntarget c d target\n", ":1: expected 3 columns, got 2"),
        (b"a b target\n\na c impostor\n", ":3: label 'impostor' is none of target, nontarget"),
        (b"1 a b\n2 a c\n", ":2: label '2' is none of 1, 0"),
        (b"a b maybe\na\n", ":1: label 'maybe' is none of"),
        (b"a b target\na \xff target\n", r":2: not UTF-8 \(byte 3"),
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 1000])
def test_the_first_wrong_line_is_named(tmp_path, path_of_columns, content, message, block_bytes):
    (tmp_path / "trials").write_bytes(content)
    with pytest.raises(TableError, match=f"trials{message}"):
        list(read(tmp_path / "trials", block_bytes=block_bytes))


def test_the_first_line_decides_the_layout_of_all_blocks(tmp_path, path_of_columns):
    (tmp_path / "t").write_bytes(b"\xef\xbb\xbf1 a b\n0 1 target\n")
    assert list(read(tmp_path / "t", block_bytes=1)) == [(1, "a", "b", True), (2, "1", "target", False)]


def test_lists_that_are_missing_or_empty_are_refused(tmp_path):
    (tmp_path / "t").write_text(" \n\n")
    with pytest.raises(InputError, match="t: no trial in it"):
        list(iter_trial_blocks(tmp_path / "t"))
    with pytest.raises(InputError, match="u: no such file"):
        list(iter_trial_blocks(tmp_path / "u"))


def test_both_sides_are_looked_up_and_unknown_ids_marked(tmp_path, path_of_columns):
    (tmp_path / "t").write_text("m a target\nn b nontarget\nx y nontarget\n")
    (block,) = iter_trial_blocks(tmp_path / "t")
    enroll, test = block.rows({"m": 5, "n": 0}, {"b": 7, "a": 1})
    assert (enroll.tolist(), test.tolist()) == ([5, 0, -1], [1, 7, -1])
    assert block.rows({}, {"y": 2})[0].tolist() == [-1, -1, -1]


def test_a_part_of_a_block_keeps_line_numbers_and_labels(tmp_path, path_of_columns):
    (tmp_path / "t").write_text("a b target\nc d nontarget\ne f target\n")
    (block,) = iter_trial_blocks(tmp_path / "t")
    part = block.take(np.array([False, True, True]))
    assert (len(part), part.lines.tolist(), part.target.tolist()) == (2, [2, 3], [False, True])
    assert (part.enroll.texts(), part.test.texts()) == (["c", "e"], ["d", "f"])


def test_scores_written_block_by_block_read_back_exactly(tmp_path, path_of_columns):
    lines = [f"enroll{i} té{i % 7} nontarget\n" for i in range(500)]
    (tmp_path / "t").write_text("".join(lines), encoding="utf-8")
    values = np.random.default_rng(0).normal(size=500) * 10.0 ** np.arange(-250, 250)
    with score_writer(tmp_path / "s") as write:
        for block in iter_trial_blocks(tmp_path / "t", block_bytes=1000):
            write(block, values[block.lines - 1])
    scores = read_scores(tmp_path / "s")
    np.testing.assert_array_equal(scores.values, values)
    assert scores.test == [f"té{i % 7}" for i in range(500)]


def test_no_score_file_appears_when_scoring_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), score_writer(tmp_path / "s"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
