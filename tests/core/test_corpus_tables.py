import pytest

from kowairo.core import AudioRef, Corpus, CorpusTables, InputError, TableError


@pytest.fixture
def folder(tmp_path):
    """Three utterances, one of them in an archive."""
    audio = {
        "u2": AudioRef(tmp_path / "a b.wav"),
        "u1": AudioRef(tmp_path / "x.tar", "m"),
        "v": AudioRef("/v"),
    }
    utt_tables = {"text": {"u1": "one two"}, "utt2dur": {"u1": "1", "u2": "2", "v": "3"}}
    tables = Corpus(audio, {"u1": "b", "u2": "a", "v": "b"}, utt_tables, {"spk2va": {"b": "actor"}})
    tables.write(tmp_path)
    return tmp_path


def test_everything_is_as_in_a_corpus(folder):
    corpus, tables = Corpus.read(folder), CorpusTables(folder)
    speakers, codes = tables.speaker_codes
    assert list(tables.utts) == corpus.utts
    assert dict(zip(tables.utts, [speakers[code] for code in codes], strict=True)) == corpus.utt2spk
    assert speakers == corpus.speakers
    assert dict(tables.audio) == corpus.audio
    assert {name: table.to_dict() for name, table in tables.labels().items()} == corpus.utt_tables
    assert tables.speaker_labels() == corpus.spk_tables


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("wav.scp", "u1 a\nu2 b\nw c\n", "wav.scp names 'w', which utt2spk does not"),
        ("wav.scp", "u1 a\nu2 b\n", "utt2spk names 'v', which wav.scp does not"),
        ("wav.scp", "u1 a\nu2 cat b |\nv c\n", "'u2' is a pipe"),
    ],
)
def test_tables_that_disagree_are_refused(folder, name, text, problem):
    (folder / name).write_text(text)
    with pytest.raises(InputError, match=problem.replace("(", r"\(")):
        _ = CorpusTables(folder).audio


def test_a_wrong_line_is_named(folder):
    (folder / "utt2spk").write_text("u1 a\nu2\n")
    with pytest.raises(TableError, match="utt2spk:2"):
        _ = CorpusTables(folder).utts


def test_a_folder_without_tables_is_refused(folder, tmp_path):
    (folder / "segments").write_text("")
    with pytest.raises(InputError, match="segments"):
        CorpusTables(folder)
    (tmp_path / "utt2spk").unlink()
    with pytest.raises(InputError, match="has no utt2spk"):
        CorpusTables(tmp_path)
