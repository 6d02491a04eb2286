from pathlib import Path

import pytest

from kowairo.core import AudioRef, Corpus, InputError, TableError, read_table


@pytest.fixture
def corpus():
    return Corpus(
        audio={f"u{i}": AudioRef(Path(f"/audio/u{i}.wav")) for i in range(3)},
        utt2spk={"u0": "ann", "u1": "ann", "u2": "bob"},
        utt_tables={"text": {"u0": "はい そう"}, "utt2dur": {"u0": "1.5", "u2": "2.0"}},
        spk_tables={"spk2va": {"ann": "va1", "bob": "va2"}},
    )


def test_a_written_corpus_reads_back(corpus, tmp_path):
    corpus.write(tmp_path / "data")
    assert Corpus.read(tmp_path / "data") == corpus
    assert read_table(tmp_path / "data" / "spk2utt") == {"ann": "u0 u1", "bob": "u2"}


def test_lists_and_spk2utt_are_sorted(corpus):
    assert corpus.utts == ["u0", "u1", "u2"]
    assert corpus.speakers == ["ann", "bob"]
    assert corpus.spk2utt == {"ann": ["u0", "u1"], "bob": ["u2"]}


def test_a_subset_keeps_the_tables_of_what_remains(corpus):
    small = corpus.subset(["u2"])
    assert small.utts == ["u2"]
    assert small.utt_tables == {"text": {}, "utt2dur": {"u2": "2.0"}}
    assert small.spk_tables == {"spk2va": {"bob": "va2"}}


def test_enrolment_models_in_the_folder_are_no_labels_of_speakers(corpus, tmp_path):
    corpus.write(tmp_path)
    (tmp_path / "spk2enroll").write_text("model-1 u0 u1\n", encoding="utf-8")
    assert Corpus.read(tmp_path) == corpus


def test_a_corpus_with_empty_tables_reads_back(corpus, tmp_path):
    small = corpus.subset(["u1"])
    small.write(tmp_path)
    assert Corpus.read(tmp_path) == small


def test_a_subset_of_unknown_utterances_is_refused(corpus):
    with pytest.raises(InputError, match="'u9'"):
        corpus.subset(["u0", "u9"])


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("utt2spk", "u9 ann", "utt2spk names 'u9', which wav.scp does not"),
        ("wav.scp", "u9 a.wav", "wav.scp names 'u9', which utt2spk does not"),
        ("text", "u9 hello", "text names 'u9', which wav.scp does not"),
        ("spk2va", "zoe va9", "spk2va names 'zoe', which utt2spk does not"),
    ],
)
def test_tables_that_disagree_are_refused(corpus, tmp_path, name, line, message):
    corpus.write(tmp_path)
    with (tmp_path / name).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match=message):
        Corpus.read(tmp_path)


def test_a_wrong_line_keeps_its_place_in_the_message(corpus, tmp_path):
    corpus.write(tmp_path)
    (tmp_path / "utt2dur").write_text("u0 1.5\nu1\n")
    with pytest.raises(TableError, match=r"utt2dur:2: key 'u1' has no value"):
        Corpus.read(tmp_path)


def test_a_folder_that_is_no_kaldi_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        Corpus.read(tmp_path / "missing")
    with pytest.raises(InputError, match=r"has no wav\.scp"):
        Corpus.read(tmp_path)


def test_segments_are_refused(corpus, tmp_path):
    corpus.write(tmp_path)
    (tmp_path / "segments").touch()
    with pytest.raises(InputError, match="segments"):
        Corpus.read(tmp_path)


def test_files_that_are_no_tables_of_the_corpus_are_left_alone(corpus, tmp_path):
    corpus.write(tmp_path)
    (tmp_path / "trials").write_text("u0 u1 target\n")
    assert Corpus.read(tmp_path) == corpus
