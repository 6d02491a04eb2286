import pytest

from kowairo.core import Corpus, read_trials


@pytest.fixture
def bring(run, corpus, tmp_path):
    def call(text, *options):
        (tmp_path / "list").write_text(text)
        given = ["--trials", tmp_path / "list", "--corpus", corpus, "--out", tmp_path / "out"]
        return run("trials", "import", *given, *options)

    return call


def test_trials_and_tables_come_into_one_folder(bring, corpus, tmp_path):
    status, out, _ = bring("1 s0-0 s0-1\n0 s0-0 s1-1\n", "--name", "trials_mine")
    assert (status, out) == (0, f"{tmp_path / 'out' / 'trials_mine'}: 2 trials\n")
    assert (tmp_path / "out" / "trials_mine").read_text() == "s0-0 s0-1 target\ns0-0 s1-1 nontarget\n"
    found, given = Corpus.read(tmp_path / "out"), Corpus.read(corpus)
    assert (found.utt2spk, found.utt_tables) == (given.utt2spk, given.utt_tables)
    assert [ref.path.resolve() for ref in found.audio.values()] == [ref.path for ref in given.audio.values()]


def test_two_files_become_one(run, tmp_path):
    (tmp_path / "tar").write_text("a\tb\n")
    (tmp_path / "imp").write_text("a\tc\n")
    files = ["--trials", tmp_path / "tar", "--nontarget_trials", tmp_path / "imp"]
    assert run("trials", "import", *files, "--out", tmp_path / "out")[0] == 0
    assert list(read_trials(tmp_path / "out" / "trials")) == [("a", "b", True), ("a", "c", False)]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["trials"]


def test_models_become_known_as_utterances(bring, tmp_path):
    (tmp_path / "spk2enroll").write_text("m s0-0 s0-2\n")
    assert bring("1 m s0-1\n0 m s1-1\n", "--spk2enroll", tmp_path / "spk2enroll")[0] == 0
    found = Corpus.read(tmp_path / "out")
    assert found.utt2spk["m"] == "s0"
    assert found.audio["m"].path.name == "s0-0.wav"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 s0-0 s0-1\n0 s0-0 x\n", "list:2: 'x' has no speaker in utt2spk"),
        ("1 s0-0 s0-1\n1 s0-0 s1-1\n", "list:2: the label target contradicts the speakers s0 and s1"),
        ("0 s0-0 s0-1\n", "list:1: the label nontarget contradicts the speakers s0 and s0"),
        ("1 s0-0 s0-1\n2 s0-0 s1-1\n", "list:2: label '2' is none of 1, 0"),
    ],
)
def test_wrong_trials_are_named_with_file_and_line(bring, tmp_path, text, message):
    assert bring(text)[::2] == (2, [f"kowairo: {tmp_path}/{message}"])
    assert not (tmp_path / "out" / "trials").exists()
