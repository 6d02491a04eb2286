"""Tests of the command `kowairo finetune`."""

import pytest
import torch

from kowairo.core import Corpus, read_json
from kowairo.models import build_encoder, load_encoder, save_checkpoint
from kowairo.testing.tones import write_tone_corpus

ENCODER = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": [8, 8, 8, 8, 16],
        "attention_channels": 4,
        "se_channels": 4,
        "embedding_dim": 8,
        "num_groups": 2,
        "res2net_scale": 2,
        "front_end": {"class_path": "kowairo.models.NormalizedFbank"},
    },
}


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tones")
    return write_tone_corpus(folder, 16, 5, 7, min_s=0.55, max_s=0.7), folder


@pytest.fixture
def init(tmp_path):
    save_checkpoint(build_encoder(ENCODER), tmp_path / "init", config=ENCODER)
    return tmp_path / "init"


def write_list(path, corpus):
    path.write_text("".join(f"{corpus.audio[utt]}\t{int(corpus.utt2spk[utt][1:])}\n" for utt in corpus.utts))
    return path


@pytest.mark.slow
def test_a_list_is_trained_on_and_the_error_before_and_after_is_printed(run, tones, init, tmp_path):
    listed = write_list(tmp_path / "list.tsv", tones[0])
    (tmp_path / "conf.yaml").write_text(
        "stage: {name: x, epochs: 1, crop_s: 0.5, batch_size: 10}\nplan: {min_steps: 1}\n"
        "threads: 1\nnum_workers: 0\n"
    )
    options = [
        "--config",
        tmp_path / "conf.yaml",
        "--init",
        init,
        "--data",
        listed,
        "--out",
        tmp_path / "out",
    ]
    status, out, _ = run("finetune", *options)
    lines = out.splitlines()
    assert status == 0
    assert "tensors loaded" in lines[0]
    assert "80 lines of 16 speakers kept, none dropped" in lines[1]
    assert lines[2].startswith("trained on 55 lines of 11 speakers")
    assert "held out: speakers; the checkpoint was chosen on the same 5 speakers" in lines[3]
    assert [line.split()[0] for line in lines[4:6]] == ["before", "after"]
    assert all("EER" in line and "[" in line for line in lines[4:7])
    assert lines[-1] == str(tmp_path / "out" / "checkpoint")
    assert load_encoder(tmp_path / "out" / "checkpoint").embedding_dim == 8
    assert read_json(tmp_path / "out" / "results.json")["data"]["kind"] == "speakers"


BAD_LISTS = {
    "without a label": ("a.wav\n", "list.tsv:1: expected `path<TAB>label`, got 1 columns"),
    "a label that is no integer": ("a.wav\t0\nb.wav\tone\n", "list.tsv:2: the label 'one' is not an integer"),
    "no readable file": ("a.wav\t0\nb.wav\t1\n", "no line can be used"),
    "one speaker": ("a.wav\t0\nb.wav\t0\n", "list.tsv: 1 speaker; telling apart takes two"),
    "nothing": ("", "list.tsv: empty"),
    "a path with two labels": (
        "a.wav\t0\na.wav\t1\n",
        "list.tsv:2: a.wav has the label 1 here and 0 in line 1",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("content", "message"), BAD_LISTS.values(), ids=BAD_LISTS)
def test_a_list_that_cannot_be_used_is_one_line_and_leaves_nothing(run, init, tmp_path, content, message):
    (tmp_path / "list.tsv").write_text(content)
    options = ["--init", init, "--data", tmp_path / "list.tsv", "--out", tmp_path / "out"]
    status, out, errors = run("finetune", *options)
    assert (status, out, len(errors)) == (2, "", 1)
    assert message in errors[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_nothing_loaded_is_one_line_and_leaves_nothing(run, tones, tmp_path):
    torch.save({"net.weight": torch.zeros(2)}, tmp_path / "weights.pt")
    (tmp_path / "conf.yaml").write_text(f"encoder: {ENCODER}\n")
    options = ["--config", tmp_path / "conf.yaml", "--init", tmp_path / "weights.pt", "--data", tones[1]]
    status, out, errors = run("finetune", *options, "--out", tmp_path / "out")
    assert (status, out, len(errors)) == (2, "", 1)
    assert "not one of its 1 tensors fits EcapaGroupNorm" in errors[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_head_of_other_speakers_is_one_line_and_leaves_nothing(run, tones, init, tmp_path):
    everything = Corpus.read(tones[1])
    everything.subset([utt for utt in everything.utts if utt < "s14"]).write(tmp_path / "data" / "train")
    (tmp_path / "stage.yaml").write_text("stage: {name: x, epochs: 1, crop_s: 0.5, batch_size: 20}\n")
    train = ["--config", tmp_path / "stage.yaml", "--init", init, "--data", tmp_path / "data"]
    assert run("train", *train, "--out", tmp_path / "stage", "--threads", 1, "--num_workers", 0)[0] == 0
    options = ["--init", tmp_path / "stage", "--data", tones[1], "--plan.head", "continue"]
    status, _, errors = run("finetune", *options, "--out", tmp_path / "out")
    assert (status, len(errors)) == (2, 1)
    assert "16 speakers, and the head has 14 classes (2 new, 0 gone)" in errors[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_an_encoder_that_is_not_there_is_one_line(run, tones, tmp_path):
    status, _, errors = run("finetune", "--init", "no_such", "--data", tones[1], "--out", tmp_path / "out")
    assert (status, len(errors)) == (2, 1)
    assert "neither a checkpoint folder nor one of base" in errors[0]
