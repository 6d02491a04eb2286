import pytest

from kowairo.core import AudioHashes, OverlapCounts, encoder_record, read_json, write_overlap_note
from kowairo.models import load_encoder, read_card
from kowairo.models.card import update_card


@pytest.mark.slow
def test_an_exported_folder_is_a_checkpoint_with_a_full_card_and_an_onnx_file(run, corpus, trained, tmp_path):
    options = ["--checkpoint", trained, "--out", tmp_path / "model", "--training", corpus]
    status, out, _ = run("export", *options)
    assert status == 0
    assert "least cosine" in out
    assert load_encoder(tmp_path / "model").embedding_dim == 8
    training = read_card(tmp_path / "model")["training"]
    assert (training["speakers"], training["utterances"], training["lines"]) == (1, 1, 24)
    assert (tmp_path / "model" / "model.onnx").stat().st_size > 0
    assert read_json(tmp_path / "model" / "card.json")["training"] == training


@pytest.mark.slow
def test_a_checkpoint_without_record_gets_one_of_its_training_lines(run, corpus, trained, tmp_path):
    (trained / "card.json").write_text("{}")
    options = ["--checkpoint", trained, "--out", tmp_path / "model", "--training", corpus]
    assert run("export", *options)[0] == 0
    record = encoder_record(tmp_path / "model").record
    assert (record.num_utterances, record.num_speakers) == (24, 4)
    assert not record.has_audio(AudioHashes(1, 2))


@pytest.fixture
def development(lists):
    side = lists / "dev"
    return ["--scores", side / "weak", "--trials", side / "trials", "--dev_corpus", side]


@pytest.mark.slow
def test_thresholds_stand_in_the_card_where_thirty_errors_place_them(run, trained, development, tmp_path):
    options = ["--checkpoint", trained, "--out", tmp_path / "model", *development]
    assert run("export", *options)[0] == 0
    found = read_card(tmp_path / "model")["operating_points"]
    assert (found["kind"], found["scores"]) == ("operating_points", "cosine")
    assert found["points"]["eer"]["trials"] == "dev/trials"
    assert found["points"]["eer"]["num_misses"] >= 30
    assert "not supported by this many trials" in found["unsupported"]["far_0.001"]


@pytest.mark.slow
def test_a_check_of_older_thresholds_stays_behind(run, trained, development, tmp_path):
    update_card(trained, {"checked": {"trials": "other/trials"}})
    assert run("export", "--checkpoint", trained, "--out", tmp_path / "same")[0] == 0
    assert read_card(tmp_path / "same")["checked"] == {"trials": "other/trials"}
    assert run("export", "--checkpoint", trained, "--out", tmp_path / "model", *development)[0] == 0
    assert "checked" not in read_card(tmp_path / "model")


def test_thresholds_are_not_taken_from_voices_of_the_training(run, trained, development, lists, tmp_path):
    write_overlap_note(lists / "dev" / "weak", OverlapCounts(1, 2, 1, 1, 1, "dev00-0"))
    options = ["--checkpoint", trained, "--out", tmp_path / "model", *development]
    status, _, errors = run("export", *options)
    assert (status, len(errors)) == (2, 1)
    assert not (tmp_path / "model").exists()


def test_half_of_the_development_trials_is_refused(run, trained, development, tmp_path):
    status, _, errors = run("export", "--checkpoint", trained, "--out", tmp_path / "model", *development[:2])
    assert (status, errors) == (2, ["kowairo: --scores, --trials and --dev_corpus go together"])


@pytest.mark.slow
def test_every_format_is_written_and_8_bits_are_measured_on_voices(
    run, corpus, trained, lines_and_trials, tmp_path
):
    options = ["--checkpoint", trained, "--out", tmp_path / "model", *lines_and_trials, "--int8_bar", "1.0"]
    status, out, _ = run("export", *options, "--formats", "[onnx,torchscript,int8]")
    assert status == 0
    assert "model.pt agrees with the encoder" in out
    assert "EER" in out
    assert {"model.onnx", "model.pt", "model.int8.onnx"} <= {p.name for p in (tmp_path / "model").iterdir()}


@pytest.mark.slow
def test_8_bits_that_cost_more_than_the_bar_are_refused_and_nothing_is_written(
    run, trained, lines_and_trials, tmp_path
):
    options = ["--checkpoint", trained, "--out", tmp_path / "model", *lines_and_trials, "--int8_bar", "-1.0"]
    status, _, errors = run("export", *options, "--formats", "[int8]")
    assert (status, len(errors)) == (1, 1)
    assert "nothing was written" in errors[0]
    assert not (tmp_path / "model").exists()


def test_8_bits_want_voices_to_be_measured_on(run, trained, tmp_path):
    status, _, errors = run("export", "--checkpoint", trained, "--out", tmp_path / "m", "--formats", "[int8]")
    assert status == 2
    assert "give --dev_corpus DIR and --trials FILE" in errors[0]


@pytest.fixture
def lines_and_trials(corpus, tmp_path):
    utts = sorted(line.split()[0] for line in (corpus / "wav.scp").read_text().splitlines())
    speakers = dict(line.split() for line in (corpus / "utt2spk").read_text().splitlines())
    rows = [
        f"{a} {b} {'target' if speakers[a] == speakers[b] else 'nontarget'}\n"
        for i, a in enumerate(utts)
        for b in utts[i + 1 :]
    ]
    (tmp_path / "trials").write_text("".join(rows))
    return ["--dev_corpus", corpus, "--trials", tmp_path / "trials"]
