from pathlib import Path

from kowairo.cli.list_options import join_lists


def command(*, scores: list[Path], ranks: list[int] | None = None, out: Path | None = None) -> None:
    """Command with options of which two are lists."""


def test_words_after_a_list_become_one_value():
    words = ["--scores", "a b.txt", 'c"d', "--out", "x", "--ranks", "1", "5"]
    assert join_lists(command, words) == ['--scores=["a b.txt", "c\\"d"]', "--out", "x", "--ranks=[1, 5]"]


def test_one_word_is_a_list_of_one():
    assert join_lists(command, ["--scores", "a"]) == ['--scores=["a"]']


def test_lists_that_are_written_as_such_stay():
    words = ["--scores=[a]", "--ranks", "[1, 2]", "--scores", "--help"]
    assert join_lists(command, words) == words


def test_words_look_alike_on_the_command_line_and_in_a_file(run, lists, tmp_path):
    side = lists / "eval"
    given = ["--scores", side / "weak", "--trials", side / "trials"]
    assert "wespeaker: EER" in run("metrics", *given, "--convention", "wespeaker")[1]
    (tmp_path / "c.yaml").write_text("convention: [wespeaker]\n")
    assert "wespeaker: EER" in run("metrics", "--config", tmp_path / "c.yaml", *given)[1]
