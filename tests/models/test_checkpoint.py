import resource

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from kowairo.core import InputError
from kowairo.models import build_encoder, load_encoder, read_card, read_config, save_checkpoint

_CONFIG = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": (16, 16, 16, 16, 32),
        "res2net_scale": 2,
        "num_groups": 4,
        "front_end": {"class_path": "kowairo.models.NormalizedFbank", "init_args": {"num_mels": 20}},
    },
}
_CARD = {"licence": "CC-BY-4.0", "operating points": {"eer": 0.12}}


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    save_checkpoint(build_encoder(_CONFIG), tmp_path / "model", config=_CONFIG, card=_CARD)
    return tmp_path / "model"


def test_a_loaded_encoder_gives_the_embeddings_of_the_saved_one(tmp_path, noise):
    encoder = build_encoder(_CONFIG).eval()
    save_checkpoint(encoder, tmp_path / "model", config=_CONFIG)
    loaded, waveform = load_encoder(tmp_path / "model"), noise(2, 5000)
    assert torch.equal(loaded(waveform), encoder(waveform))
    assert not loaded.training


def test_a_folder_holds_weights_config_and_card(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["card.json", "card.md", "config.yaml", "model.safetensors"]


def test_the_config_is_plain_yaml_that_reads_back(folder):
    assert read_config(folder)["init_args"]["channels"] == [16, 16, 16, 16, 32]


def test_the_card_reads_back_and_has_a_text_with_the_number_of_parameters(folder):
    text = (folder / "card.md").read_text(encoding="utf-8")
    assert read_card(folder) == _CARD
    assert "- licence: CC-BY-4.0" in text
    assert "  - eer: 0.12" in text
    assert "- parameters: " in text


def test_saving_again_replaces_the_folder(folder):
    save_checkpoint(build_encoder(_CONFIG), folder, config=_CONFIG, card={"licence": "other"})
    assert read_card(folder) == {"licence": "other"}


def test_a_full_disk_leaves_the_older_folder_whole(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before["model.safetensors"]) // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            save_checkpoint(load_encoder(folder), folder, config=read_config(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(folder.parent.iterdir()) == [folder]


def test_a_config_that_does_not_rebuild_the_encoder_is_refused_before_writing(tmp_path):
    other = {"class_path": "kowairo.models.MfccStatistics"}
    with pytest.raises(InputError, match="against its config"):
        save_checkpoint(build_encoder(_CONFIG), tmp_path / "model", config=other)
    assert not (tmp_path / "model").exists()


def test_weights_that_lack_a_tensor_are_refused_with_its_key(folder):
    path = folder / "model.safetensors"
    state = load_file(path)
    del state["backbone.fc.conv.bias"]
    save_file(state, path)
    with pytest.raises(InputError, match=r"1 missing: backbone\.fc\.conv\.bias"):
        load_encoder(folder)


def test_yaml_that_would_run_code_is_refused(folder):
    text = "class_path: !!python/object/apply:os.getcwd []\n"
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not plain YAML"):
        load_encoder(folder)


@pytest.mark.parametrize("class_path", ["subprocess.Popen", "torch.nn.Linear"])
def test_a_class_that_is_not_an_encoder_is_refused(folder, class_path):
    (folder / "config.yaml").write_text(yaml.safe_dump({"class_path": class_path}), encoding="utf-8")
    with pytest.raises(InputError, match="is not a subclass"):
        load_encoder(folder)


@pytest.mark.parametrize("name", ["config.yaml", "model.safetensors"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name}: no such file"):
        load_encoder(folder)


def test_damaged_weights_are_refused(folder):
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(InputError, match="not a safetensors file"):
        load_encoder(folder)


def test_a_card_that_is_not_plain_data_is_refused(tmp_path):
    with pytest.raises(InputError, match="plain data"):
        save_checkpoint(build_encoder(_CONFIG), tmp_path / "model", config=_CONFIG, card={"folder": tmp_path})
