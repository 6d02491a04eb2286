import numpy as np
import pytest

from kowairo.core import (
    EmbeddingSet,
    Speaker,
    TrainingRecord,
    encoder_record,
    file_digest,
    read_json,
    write_json,
)
from kowairo.core.training_record import RECORD_NAME
from kowairo.enhance import LinearNetV2, OneStepDiffusion, save_enhancer


@pytest.fixture
def attach(run, trained, tmp_path):
    """Attach a net to the encoder that was trained on the speaker s3; the record of the two."""
    save_enhancer(LinearNetV2(8), tmp_path / "net")

    def call():
        words = ["--encoder", trained, "--enhancer", tmp_path / "net", "--out", tmp_path / "both"]
        status, out, errors = run("enhance", "attach", *words)
        assert (status, errors) == (0, [])
        found = encoder_record(tmp_path / "both")
        return out, None if found is None else found.record

    return call


@pytest.mark.slow
def test_a_net_without_a_record_is_named_in_that_of_the_two(run, attach, corpus, tmp_path):
    out, record = attach()
    assert out.endswith("; training unknown: net\n")
    assert (record.speakers, record.unrecorded) == ([Speaker("", "s3")], ("net",))
    assert read_json(tmp_path / "both" / "card.json")["training"]["unrecorded"] == ["net"]
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "wav.scp").write_text(f"x {corpus / 's1-0.wav'}\n")
    (tmp_path / "others" / "utt2spk").write_text("x x\n")
    _, out, _ = run("models", "overlap", "--encoder", tmp_path / "both", "--corpora", tmp_path / "others")
    assert "was trained on other voices (1 recordings compared; unknown: net)" in out


@pytest.mark.slow
def test_the_record_of_a_net_joins_that_of_the_encoder(attach, tmp_path):
    made = TrainingRecord.build([], [Speaker("", "n0")])
    made.write(tmp_path / "net" / RECORD_NAME)
    digest = file_digest(tmp_path / "net" / RECORD_NAME)
    write_json(tmp_path / "net" / "card.json", {"training": {"record": RECORD_NAME, "sha256": digest}})
    _, record = attach()
    assert (record.speakers, record.unrecorded) == ([Speaker("", "n0"), Speaker("", "s3")], ())


@pytest.mark.slow
def test_of_two_without_records_nothing_is_known(attach, trained):
    (trained / "card.json").write_text("{}")
    assert attach()[1] is None


@pytest.mark.slow
def test_the_two_together_give_what_they_give_one_after_the_other(run, corpus, trained, tmp_path):
    plain = ["--corpus", corpus, "--out"]
    assert run("embed", "--encoder", trained, *plain, tmp_path / "plain")[0] == 0
    dim = EmbeddingSet.load(tmp_path / "plain").dim
    net = OneStepDiffusion(dim, noise="content", num_layers=1)
    net.last.weight.data.normal_()
    save_enhancer(net, tmp_path / "net")
    status, out, errors = run(
        "enhance", "attach", "--encoder", trained, "--enhancer", tmp_path / "net", "--out", tmp_path / "both"
    )
    assert (status, errors) == (0, [])
    assert f"+ OneStepDiffusion, {dim} dimensions" in out
    assert run("embed", "--encoder", tmp_path / "both", *plain, tmp_path / "once")[0] == 0
    apply = ["--embeddings", tmp_path / "plain", "--enhancer", tmp_path / "net", "--out", tmp_path / "twice"]
    assert run("enhance", "apply", *apply)[0] == 0
    once, twice = (EmbeddingSet.load(tmp_path / name).vectors for name in ("once", "twice"))
    cosines = (once * twice).sum(axis=1) / np.linalg.norm(once, axis=1) / np.linalg.norm(twice, axis=1)
    assert cosines.min() >= 0.99999
    assert read_json(tmp_path / "both" / "card.json")["enhancer"] == "OneStepDiffusion"
    # Weights of the net alone need an encoder with a name.
    options = ["--encoder", trained, "--enhancer", tmp_path / "net", "--weights", "enhancer"]
    status, _, errors = run("enhance", "attach", *options, "--out", tmp_path / "net_alone")
    assert status == 2
    assert "expected the name of an encoder" in errors[-1]
