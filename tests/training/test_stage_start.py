import pytest
import torch

from kowairo.core import InputError
from kowairo.losses import AAMSoftmax
from kowairo.models import save_checkpoint
from kowairo.training.head import save_head
from kowairo.training.stage_start import stage_start


@pytest.fixture
def stage(tiny_encoder, tmp_path):
    start = stage_start(encoder=tiny_encoder, seed=3)
    save_checkpoint(start.encoder, tmp_path / "stage" / "checkpoint", config=tiny_encoder)
    save_head(AAMSoftmax(8, 2, seed=0), ["a", "b"], tmp_path / "stage")
    return tmp_path / "stage"


def same(first, second):
    return all(torch.equal(value, second.state_dict()[key]) for key, value in first.state_dict().items())


def test_fresh_weights_follow_from_the_seed(tiny_encoder):
    first = stage_start(encoder=tiny_encoder, seed=3)
    assert same(first.encoder, stage_start(encoder=tiny_encoder, seed=3).encoder)
    assert not same(first.encoder, stage_start(encoder=tiny_encoder, seed=4).encoder)


def test_a_stage_gives_encoder_config_and_head(stage, tiny_encoder):
    start = stage_start(init=stage)
    assert same(start.encoder, stage_start(encoder=tiny_encoder, seed=3).encoder)
    assert start.encoder_config == tiny_encoder
    assert start.head_folder == stage


def test_a_bare_checkpoint_has_no_head(stage):
    assert stage_start(init=stage / "checkpoint").head_folder is None


def test_published_weights_fill_a_named_encoder(stage, tiny_encoder):
    source = stage_start(init=stage).encoder
    state = {f"module.{key.removeprefix('backbone.')}": value for key, value in source.state_dict().items()}
    torch.save(
        {key: value for key, value in state.items() if "front_end" not in key}, stage / "published.pth"
    )
    start = stage_start(encoder=tiny_encoder, init=stage / "published.pth", seed=9)
    assert same(start.encoder, source)


def test_other_weights_change_the_digest(stage, tiny_encoder):
    before = stage_start(init=stage).digest
    save_head(AAMSoftmax(8, 2, seed=1), ["a", "b"], stage)
    assert stage_start(init=stage).digest != before


def test_nothing_to_start_from_is_refused():
    with pytest.raises(InputError, match="neither given"):
        stage_start()


def test_weights_without_encoder_are_refused(tmp_path):
    (tmp_path / "w.pth").write_bytes(b"")
    with pytest.raises(InputError, match="which encoder"):
        stage_start(init=tmp_path / "w.pth")


def test_an_unrelated_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="neither a stage folder nor a checkpoint"):
        stage_start(init=tmp_path)
