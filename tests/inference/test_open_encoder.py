import pytest

from kowairo.core import InputError
from kowairo.inference import open_encoder


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


@pytest.mark.parametrize("name", ["no/such/folder", "./here", "two words"])
def test_what_is_neither_folder_nor_class_is_refused(name):
    with pytest.raises(InputError, match="no such folder, and not a class path"):
        open_encoder(name)
