import pytest

from kowairo.cli.enhance_run import EnhancementRun, run_training
from kowairo.cli.enhance_sources import ItemSource
from kowairo.core import InputError, read_json
from kowairo.enhance import LinearNetV2, LinearNetV3, load_enhancer, save_enhancer
from kowairo.losses import MSE
from kowairo.training.enhancement import EnhancementConfig


@pytest.fixture
def small(embeddings, tmp_path):
    return EnhancementRun(
        make_net=LinearNetV2,
        loss=MSE(),
        config=EnhancementConfig(max_epochs=1),
        train=ItemSource(embeddings / "train", tmp_path / "cohort"),
        valid=None,
        tests=[],
    )


@pytest.mark.slow
def test_a_run_without_validation_keeps_its_last_epoch(small, tmp_path, capsys):
    run_training(small, tmp_path / "net", init=None, device="cpu")
    assert "20 lines of 10 speakers, epoch 1" in capsys.readouterr().out
    summary = read_json(tmp_path / "net" / "training.json")
    assert (summary["valid_eer"], summary["eers"]) == (None, {})
    assert load_enhancer(tmp_path / "net").input_dim == 8
    assert (tmp_path / "net" / "curves.png").stat().st_size > 1000


def test_another_net_is_no_start(small, tmp_path):
    save_enhancer(LinearNetV3(8), tmp_path / "other")
    with pytest.raises(InputError, match="holds a LinearNetV3 with other settings than the net to train"):
        run_training(small, tmp_path / "net", init=tmp_path / "other", device="cpu")


def test_a_device_that_is_not_there_is_one_line(small, tmp_path):
    with pytest.raises(InputError, match="device 'quantum' cannot be used"):
        run_training(small, tmp_path / "net", init=None, device="quantum")
