"""Tests of what fine-tuning starts from."""

import pytest
import torch

from kowairo.core import InputError, write_json
from kowairo.models import build_encoder, load_encoder, save_checkpoint
from kowairo.training.finetune_start import finetune_start


@pytest.fixture
def checkpoint(tiny_encoder, tmp_path):
    save_checkpoint(
        build_encoder(tiny_encoder), tmp_path / "init", config=tiny_encoder, card={"name": "tiny"}
    )
    return tmp_path / "init"


def test_a_checkpoint_folder_is_loaded_wholly(checkpoint, tmp_path):
    start = finetune_start(checkpoint)
    assert start.loaded == f"all {len(start.encoder.state_dict())} tensors loaded"
    assert (start.card["name"], start.classes) == ("tiny", None)
    assert start.folder(tmp_path / "out") == checkpoint
    assert not (tmp_path / "out").exists()


def test_a_stage_folder_has_classes(checkpoint, tmp_path):
    stage = tmp_path / "stage"
    stage.mkdir()
    checkpoint.rename(stage / "checkpoint")
    write_json(stage / "labels.json", ["0", "1"])
    start = finetune_start(stage)
    assert start.classes == ["0", "1"]
    assert start.checkpoint == stage / "checkpoint"


def test_an_encoder_of_another_form_takes_what_fits(checkpoint, tiny_encoder, tmp_path):
    other = {**tiny_encoder, "init_args": {**tiny_encoder["init_args"], "embedding_dim": 5}}
    start = finetune_start(checkpoint, encoder=other, seed=3)
    again = finetune_start(checkpoint, encoder=other, seed=3)
    assert "not loaded: backbone.fc.conv" in start.loaded
    weights = start.encoder.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in again.encoder.state_dict().items())
    written = load_encoder(start.folder(tmp_path / "out"))
    assert written.embedding_dim == 5
    assert all(torch.equal(weights[name], value) for name, value in written.state_dict().items())


def test_what_is_no_encoder_is_refused(tmp_path, tiny_encoder):
    with pytest.raises(InputError, match="neither a checkpoint folder nor a stage folder"):
        finetune_start(tmp_path)
    torch.save({"x": torch.zeros(1)}, tmp_path / "weights.pt")
    with pytest.raises(InputError, match="holds weights only; say which encoder"):
        finetune_start(tmp_path / "weights.pt")
    with pytest.raises(InputError, match="not one of its 1 tensors fits"):
        finetune_start(tmp_path / "weights.pt", encoder=tiny_encoder)
