"""Tests of the data of fine-tuning."""

import pytest

from kowairo.core import Corpus, InputError, TableError, read_json
from kowairo.data import CharacterFolder, KaldiFolder, LabelList
from kowairo.testing.tones import write_tone_corpus
from kowairo.training import FinetunePlan, importer_for
from kowairo.training.finetune_data import prepare_data


@pytest.fixture(scope="module")
def kaldi(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kaldi")
    write_tone_corpus(folder, 16, 5, 3, min_s=0.55, max_s=0.7)
    return folder


@pytest.fixture
def listed(kaldi, tmp_path):
    """The same as a list of integer labels, with a missing file and one that is no audio."""
    corpus = Corpus.read(kaldi)
    lines = [f"{corpus.audio[utt]}\t{int(corpus.utt2spk[utt][1:])}\n" for utt in corpus.utts]
    (tmp_path / "odd.wav").write_bytes(b"odd")
    path = tmp_path / "list.tsv"
    path.write_text("".join([*lines, "missing.wav\t0\n", "odd.wav\t1\n"]))
    return path


def test_the_importer_follows_from_what_is_given(kaldi, listed, tmp_path):
    assert isinstance(importer_for(kaldi), KaldiFolder)
    assert isinstance(importer_for(listed), LabelList)
    assert isinstance(importer_for(tmp_path), CharacterFolder)
    with pytest.raises(InputError, match="no such file or folder"):
        importer_for(tmp_path / "gone")


def test_a_list_becomes_three_sets_and_packed_audio(listed, tmp_path):
    data = prepare_data(importer_for(listed), tmp_path / "data", FinetunePlan(), threads=1)
    assert (data.facts.kind, data.facts.speakers, data.facts.lines) == ("speakers", 11, 55)
    assert data.facts.imported == ("80 lines of 16 speakers kept, 2 dropped (1 missing, 1 undecodable)")
    assert len(data.store) == 80
    train = Corpus.read(data.folder / "train")
    assert not set(train.speakers) & set(data.report.speakers)
    assert set(data.trials.enroll) <= set(data.report.utts)
    assert read_json(data.folder / "all" / "drop_report.json")["dropped"] == {"missing": 1, "undecodable": 1}


def test_what_was_prepared_is_taken_up_until_something_changes(listed, tmp_path):
    folder = tmp_path / "data"
    prepare_data(importer_for(listed), folder, FinetunePlan(), threads=1)
    before = (folder / "store" / "audio.i16").stat().st_mtime_ns
    prepare_data(importer_for(listed), folder, FinetunePlan(), threads=1)
    assert (folder / "store" / "audio.i16").stat().st_mtime_ns == before
    prepare_data(importer_for(listed), folder, FinetunePlan(max_lines=3), threads=1)
    assert (folder / "store" / "audio.i16").stat().st_mtime_ns != before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".partial")] == []


def test_a_head_that_goes_on_needs_the_same_speakers_and_holds_out_lines(listed, tmp_path):
    plan = FinetunePlan(head="continue")
    classes = [f"list-{number}" for number in range(16)]
    data = prepare_data(importer_for(listed), tmp_path / "data", plan, classes=classes, threads=1)
    assert (data.facts.kind, data.facts.speakers) == ("lines", 16)
    with pytest.raises(InputError, match=r"16 speakers, and the head has 14 classes \(2 new, 0 gone\)"):
        prepare_data(importer_for(listed), tmp_path / "other", plan, classes=classes[:14], threads=1)


@pytest.mark.parametrize(
    ("lines", "kind", "message"),
    [
        ("a.wav 0\n", TableError, "list.tsv:1: expected `path<TAB>label`"),
        ("a.wav\t0\nb.wav\tx\n", TableError, "list.tsv:2: the label 'x' is not an integer"),
        ("a.wav\t0\na.wav\t1\n", TableError, "list.tsv:2: a.wav has the label 1 here"),
        ("a.wav\t0\nb.wav\t1\n", InputError, "no line can be used: .* 2 dropped"),
        ("a.wav\t0\nb.wav\t0\n", InputError, "list.tsv: 1 speaker; telling apart takes two"),
        ("", InputError, "list.tsv: empty"),
    ],
)
def test_a_list_that_cannot_be_used_is_an_error_and_leaves_nothing_behind(tmp_path, lines, kind, message):
    (tmp_path / "list.tsv").write_text(lines)
    with pytest.raises(kind, match=message):
        prepare_data(importer_for(tmp_path / "list.tsv"), tmp_path / "out" / "data", FinetunePlan())
    assert [path.name for path in tmp_path.iterdir()] == ["list.tsv"]
