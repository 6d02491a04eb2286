"""Tests of the checkpoint folders of every epoch."""

import pytest
import torch

from kowairo.models import load_encoder, read_card
from kowairo.training import StageConfig, train_stage


@pytest.mark.slow
def test_every_epoch_has_a_folder_and_the_best_is_one_of_them(data_folder, store, tiny_encoder, tmp_path):
    config = StageConfig(name="x", epochs=3, crop_s=0.4, batch_size=8, keep_epochs=True)
    best = train_stage(
        config,
        data_folder=data_folder,
        out=tmp_path,
        encoder=tiny_encoder,
        store=store,
        threads=1,
        num_workers=0,
        device="cpu",
    )
    folders = sorted((tmp_path / "checkpoints").iterdir())
    assert [folder.name for folder in folders] == ["0000", "0001", "0002"]
    assert read_card(folders[1])["epoch"] == 1
    states = [load_encoder(folder).state_dict() for folder in folders]
    chosen = load_encoder(best).state_dict()
    epoch = int(read_card(best)["metrics"]["epoch"])
    assert all(torch.equal(chosen[name], states[epoch][name]) for name in chosen)
    assert any(not torch.equal(states[0][name], states[2][name]) for name in chosen)
