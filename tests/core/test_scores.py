import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kowairo.core import InputError, Scores, TableError, read_scores, write_scores


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_scores_read_back_exactly(tmp_path, path_of_columns, values):
    ids = [str(row) for row in range(len(values))]
    write_scores(tmp_path / "s", Scores(ids, ids, np.array(values)))
    scores = read_scores(tmp_path / "s")
    assert (scores.enroll, scores.test) == (ids, ids)
    np.testing.assert_array_equal(scores.values, values)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a b 0.5\na b\n", "s:2: expected `enroll test score`, got 2 columns"),
        ("a b high\n", "s:1: score 'high' is not a finite number"),
        ("a b nan\n", "s:1: score 'nan' is not a finite number"),
        ("a b 1\na b -inf\n", "s:2: score '-inf' is not a finite number"),
        ("a b 1\na b 1e999\na b\n", "s:2: score '1e999' is not a finite number"),
    ],
)
def test_a_wrong_line_is_named_by_file_and_number(tmp_path, path_of_columns, content, message):
    (tmp_path / "s").write_text(content)
    with pytest.raises(TableError, match=message):
        read_scores(tmp_path / "s")


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="equal length"):
        Scores(["a"], ["b"], np.zeros(2))


def test_all_spellings_of_a_number_are_read(tmp_path, path_of_columns):
    spellings = ["1", "-0.5", "+2", "3e-4", "1E5", ".5", "7.", "1_000"]
    (tmp_path / "s").write_text("".join(f"a b {text}\n" for text in spellings))
    assert read_scores(tmp_path / "s").values.tolist() == [float(text) for text in spellings]


def test_long_files_are_written_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("kowairo.core.scores._WRITTEN_LINES", 3)
    write_scores(tmp_path / "s", Scores(list("abcdefgh"), list("ijklmnop"), np.arange(8.0)))
    assert read_scores(tmp_path / "s").values.tolist() == list(range(8))
