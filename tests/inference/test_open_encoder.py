import shutil

import pytest
import torch

from kowairo.core import AudioHashes, InputError, TrainingRecord, encoder_folders, file_digest
from kowairo.inference import open_encoder
from kowairo.models import EcapaGroupNorm, attach_record


def test_a_checkpoint_folder_gives_its_encoder_in_evaluation_mode(checkpoint):
    opened = open_encoder(checkpoint)
    assert opened.encoder.embedding_dim == 8
    assert not opened.encoder.training
    assert opened.name.endswith("EcapaGroupNorm")


def test_the_digest_is_that_of_the_content(checkpoint, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("model.safetensors", "config.yaml"):
        (copy / name).write_bytes((checkpoint / name).read_bytes())
    assert open_encoder(copy).digest == open_encoder(checkpoint).digest


def test_settings_change_the_digest():
    path = "kowairo.models.MfccStatistics"
    few = {"class_path": path, "init_args": {"num_coefficients": 10}}
    assert open_encoder(path).digest != open_encoder(few).digest


def test_an_encoder_that_would_have_random_weights_is_refused():
    with pytest.raises(InputError, match="has weights to learn"):
        open_encoder("kowairo.models.EcapaGroupNorm")


@pytest.mark.parametrize("name", ["no/such/folder/", "./here/", "two words", "nobody"])
def test_what_is_neither_name_nor_folder_nor_class_is_refused(name):
    with pytest.raises(InputError, match="neither a checkpoint folder nor one of base, anime, campplus"):
        open_encoder(name)


def test_a_name_is_that_of_a_shipped_encoder(checkpoint, tmp_path, monkeypatch):
    shutil.copytree(checkpoint, tmp_path / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path)
    opened = open_encoder("base")
    assert opened.digest == open_encoder(checkpoint).digest
    assert opened.record is None


def test_the_training_record_is_opened_too(checkpoint, tmp_path):
    shutil.copytree(checkpoint, tmp_path / "mine")
    attach_record(tmp_path / "mine", TrainingRecord.build([AudioHashes(1, 2)], []))
    opened = open_encoder(tmp_path / "mine")
    assert opened.record.record.has_audio(AudioHashes(1, None))


def test_a_file_that_somebody_else_published_is_opened_by_its_content(tmp_path):
    torch.save(EcapaGroupNorm(channels=(32, 32, 32, 32, 64)).backbone.state_dict(), tmp_path / "model.pth")
    opened = open_encoder(tmp_path / "model.pth")
    assert opened.name.endswith("EcapaGroupNorm")
    assert opened.digest == file_digest(tmp_path / "model.pth")


def test_a_name_means_the_named_encoder_whatever_lies_here(checkpoint, tmp_path, monkeypatch):
    shutil.copytree(checkpoint, tmp_path / "shipped" / "base")
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: tmp_path / "shipped")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    torch.save({}, tmp_path / "base" / "embedding_model.ckpt")
    assert open_encoder("base").digest == open_encoder(checkpoint).digest
    with pytest.raises(InputError, match=r"embedding_model\.ckpt"):
        open_encoder(str(tmp_path / "base"))
