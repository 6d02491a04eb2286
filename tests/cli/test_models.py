import json
import subprocess
import sys

import pytest

from kowairo.cli.models import make_record
from kowairo.core import Corpus, TrainingRecord, encoder_folders, encoder_record
from kowairo.models import campplus_weights, read_card


@pytest.fixture
def shipped(tmp_path, trained, monkeypatch):
    """A made-up kowairo-weights whose base is the trained encoder."""
    folder = tmp_path / "site"
    folder.mkdir()
    trained.rename(folder / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def others(corpus, tmp_path):
    """Lines of speakers that the encoder was not trained on."""
    tables = Corpus.read(corpus)
    tables.subset([utt for utt in tables.utts if utt[:2] in ("s1", "s2")]).write(tmp_path / "others")
    return tmp_path / "others"


def test_the_list_says_what_is_here_and_what_to_do_otherwise(run, shipped):
    status, out, _ = run("models", "list")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["name", "parameters", "embedding", "licence", "where"]
    assert lines[1].startswith("base ")
    assert lines[1].endswith(str(shipped / "base"))
    assert lines[2].startswith("anime ")
    assert "not here" in lines[2]
    assert lines[3].split()[:5] == ["campplus", "6.85", "M", "192", "Apache-2.0"]
    assert lines[3].endswith("not here: `kowairo models get campplus` downloads it")


def test_the_list_is_there_for_programs_too(run, shipped):
    rows = json.loads(run("models", "list", "--form", "json")[1])
    assert [row["name"] for row in rows] == ["base", "anime", "campplus", "ge2e"]
    assert rows[0]["where"] == str(shipped / "base")


@pytest.mark.slow
def test_the_list_needs_no_torch():
    code = "from kowairo.cli.main import main; main(['models', 'list'])"
    code = f"import sys; {code}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_weights_are_taken_from_a_file_and_checked(run, shipped, tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"other")
    for option in ("--from", "--source"):
        status, _, errors = run("models", "get", "campplus", option, tmp_path / "weights.pt")
        assert (status, len(errors)) == (2, 1)
        assert f"the published file has {campplus_weights.SHA256}" in errors[0]


def test_a_record_is_written_to_a_file(run, corpus, tmp_path):
    status, out, _ = run("models", "record", "--corpora", corpus, "--out", tmp_path / "r.bin")
    assert (status, out) == (0, f"{tmp_path / 'r.bin'}: 24 recordings, 4 speakers\n")
    assert TrainingRecord.read(tmp_path / "r.bin").num_utterances == 24


def test_a_record_is_added_to_a_checkpoint(run, others, trained):
    assert run("models", "record", "--corpora", others, "--checkpoint", trained)[0] == 0
    assert read_card(trained)["training"]["speakers"] == 2
    assert {speaker.name for speaker in encoder_record(trained).record.speakers} == {"s1", "s2"}


def test_shards_are_recorded_too(run, corpus, tmp_path):
    assert run("corpus", "shard", "--corpus", corpus, "--out", tmp_path / "shards")[0] == 0
    assert run("models", "record", "--shards", tmp_path / "shards", "--out", tmp_path / "r.bin")[0] == 0
    record = TrainingRecord.read(tmp_path / "r.bin")
    assert (record.num_utterances, record.num_speakers) == (24, 4)


def test_a_record_of_nothing_is_refused(run, tmp_path):
    status, _, errors = run("models", "record", "--out", tmp_path / "r.bin")
    assert (status, len(errors)) == (2, 1)
    assert "--corpora DIR or --shards DIR" in errors[0]


def test_a_record_without_a_place_is_refused(run, corpus):
    status, _, errors = run("models", "record", "--corpora", corpus)
    assert (status, errors) == (2, ["kowairo: record needs --out FILE or --checkpoint DIR"])


def test_what_a_training_started_from_belongs_to_its_record(others, trained):
    made = make_record([others], init=str(trained))
    assert {speaker.name for speaker in made.speakers} == {"s1", "s2", "s3"}
    assert (made.num_utterances, made.unrecorded) == (13, ())


def test_a_start_without_record_is_named(others, trained):
    (trained / "card.json").write_text("{}")
    assert make_record([others], init=str(trained)).unrecorded == ("trained",)


def test_a_corpus_of_other_voices_does_not_overlap(run, shipped, others):
    status, out, _ = run("models", "overlap", "--encoder", "base", "--corpora", others)
    assert (status, out) == (0, "base was trained on other voices (1 recordings compared)\n")


def test_known_speakers_are_status_one(run, shipped, corpus, others):
    status, _, errors = run("models", "overlap", "--encoder", "base", "--corpora", others, corpus)
    message = f"kowairo: {corpus}: 1 of its 4 speakers are in the training of base, the first: s3"
    assert (status, errors) == (1, [message])


def test_known_audio_of_unknown_speakers_is_status_one(run, shipped, corpus, tmp_path):
    tables, some = Corpus.read(corpus), tmp_path / "some"
    tables.subset([utt for utt in tables.utts if not utt.startswith("s3")]).write(some)
    status, _, errors = run("models", "overlap", "--encoder", "base", "--corpora", some)
    message = f"kowairo: {some}: 1 of its 18 recordings are in the training of base, the first: s0-0"
    assert (status, errors) == (1, [message])


def test_of_an_encoder_without_record_nothing_is_known(run, shipped, corpus):
    (shipped / "base" / "card.json").write_text("{}")
    status, out, _ = run("models", "overlap", "--encoder", "base", "--corpora", corpus)
    assert (status, out) == (0, "base has no training record: nothing is known of its training\n")


def test_the_folder_of_an_encoder_is_printed(run, shipped):
    assert run("models", "folder", "--encoder", "base")[:2] == (0, f"{shipped / 'base'}\n")
    assert run("models", "folder", "--encoder", "anime")[0] == 2


def test_an_encoder_that_is_not_there_is_status_two(run, shipped, corpus):
    status, _, errors = run("models", "overlap", "--encoder", "anime", "--corpora", corpus)
    assert (status, len(errors)) == (2, 1)
    assert "the installed kowairo-weights does not hold it" in errors[0]
