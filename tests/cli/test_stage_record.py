import pytest

from kowairo.cli import models
from kowairo.cli.stage_record import record_stage, stage_init
from kowairo.core import Corpus, InputError, encoder_folders, encoder_record
from kowairo.models import build_encoder, read_card, save_checkpoint

CONFIG = {"class_path": "kowairo.models.MfccStatistics"}


@pytest.fixture
def stage(tmp_path):
    """Makes the folder of a trained stage."""

    def make(name):
        save_checkpoint(build_encoder(CONFIG), tmp_path / name / "checkpoint", config=CONFIG)
        return tmp_path / name

    return make


@pytest.fixture
def hashed(monkeypatch):
    """Corpora whose audio was hashed."""
    seen, make = [], models.make_record

    def spy(corpora, **options):
        seen.extend(corpora)
        return make(corpora, **options)

    monkeypatch.setattr("kowairo.cli.stage_record.make_record", spy)
    return seen


def speakers(folder):
    return {speaker.name for speaker in encoder_record(folder / "checkpoint").record.speakers}


def test_a_stage_records_its_lines_and_what_it_started_from(stage, corpus, trained):
    first = stage("one")
    Corpus.read(corpus).subset(["s1-0", "s2-0"]).write(corpus.parent / "part")
    record_stage(first / "checkpoint", corpus.parent / "part", store=None, init=trained)
    assert speakers(first) == {"s1", "s2", "s3"}
    assert read_card(first / "checkpoint")["training"]["utterances"] == 3


def test_a_start_without_record_is_named_in_the_card(stage, corpus):
    first, second = stage("one"), stage("two")
    record_stage(second / "checkpoint", corpus, store=None, init=first)
    assert read_card(second / "checkpoint")["training"]["unrecorded"] == ["one"]


def test_equal_lines_are_hashed_once(stage, corpus, hashed):
    first, second = stage("one"), stage("two")
    record_stage(first / "checkpoint", corpus, store=None, init=None)
    record_stage(first / "checkpoint", corpus, store=None, init=None)
    record_stage(second / "checkpoint", corpus, store=None, init=first)
    assert hashed == [corpus]
    assert speakers(second) == speakers(first) == {"s0", "s1", "s2", "s3"}


def test_other_lines_are_recorded_anew(stage, corpus, hashed):
    first = stage("one")
    record_stage(first / "checkpoint", corpus, store=None, init=None)
    Corpus.read(corpus).subset(["s1-0", "s2-0"]).write(corpus.parent / "part")
    record_stage(first / "checkpoint", corpus.parent / "part", store=None, init=None)
    assert speakers(first) == {"s1", "s2"}


def test_lines_that_are_no_kaldi_folder_leave_the_stage_without_record(stage, tmp_path):
    first = stage("one")
    record_stage(first / "checkpoint", tmp_path, store=None, init=None)
    assert encoder_record(first / "checkpoint") is None


def test_a_stage_starts_from_a_name_a_folder_or_a_file(tmp_path, trained, monkeypatch):
    (tmp_path / "weights.pt").write_bytes(b"")
    trained.rename(tmp_path / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path)
    assert stage_init(None) is None
    assert stage_init("base") == tmp_path / "base"
    assert stage_init(str(tmp_path / "weights.pt")) == tmp_path / "weights.pt"
    with pytest.raises(InputError, match="neither a checkpoint folder nor"):
        stage_init("nothing")
