"""Checkpoint folders of a net alone, behind an encoder that they name."""

import pytest
import torch
import yaml

from kowairo.core import InputError, encoder_folders, read_json
from kowairo.enhance import ResidualMLP
from kowairo.models import EnhancedEncoder, build_encoder, from_pretrained, read_card, save_checkpoint
from kowairo.models.checkpoint import checkpoint_trunk, read_config, save_behind
from kowairo.models.pack import pack_encoder
from kowairo.models.trunk import trunk_folder, trunk_key, trunk_name, with_trunk

FRONT = {
    "class_path": "kowairo.models.MfccStatistics",
    "init_args": {"num_coefficients": 4},
}
TRUNK = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": [8, 8, 8, 8, 16],
        "attention_channels": 4,
        "res2net_scale": 2,
        "se_channels": 4,
        "embedding_dim": 6,
        "num_groups": 2,
        "front_end": {"class_path": "kowairo.models.NormalizedFbank", "init_args": {"num_mels": 20}},
    },
}
NET = {"class_path": "kowairo.enhance.ResidualMLP", "init_args": {"dim": 6, "hidden_dim": 4}}


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A made-up kowairo-weights with an encoder, and a net behind it."""
    torch.manual_seed(0)
    folder = tmp_path / "site"
    monkeypatch.setattr(encoder_folders, "shipped_folder", lambda: folder)
    front = build_encoder(TRUNK).eval()
    save_checkpoint(front, folder / "base", config=TRUNK)
    net = ResidualMLP(6, hidden_dim=4).eval()
    torch.nn.init.normal_(net.last.weight)
    save_behind(net, folder / "base-net", trunk="base", config=NET, card={"purpose": "tests"})
    return folder, EnhancedEncoder(encoder=front, enhancer=net).eval()


def test_the_folder_is_small_and_gives_the_embeddings_of_the_two(shipped, noise):
    folder, both = shipped
    loaded = from_pretrained("base-net")
    with torch.no_grad():
        assert torch.equal(loaded(noise(1, 8000)), both(noise(1, 8000)))
    weights = [path / "model.safetensors" for path in (folder / "base-net", folder / "base")]
    assert weights[0].stat().st_size < 0.2 * weights[1].stat().st_size
    assert read_card(folder / "base-net")["purpose"] == "tests"


def test_the_configuration_is_whole_for_whoever_reads_it(shipped):
    folder, _ = shipped
    said = yaml.safe_load((folder / "base-net" / "config.yaml").read_text())
    assert said["init_args"]["encoder"] == "base"
    whole = read_config(folder / "base-net")
    assert whole["init_args"] == {"encoder": TRUNK, "enhancer": NET}
    assert (checkpoint_trunk(folder / "base-net"), checkpoint_trunk(folder / "base")) == ("base", None)


def test_it_is_packed_as_it_is(shipped, noise, tmp_path):
    folder, both = shipped
    packed = pack_encoder(folder / "base-net", tmp_path / "packed", name="small", facts={"ages": "any"})
    assert packed.least_cosine > 0.9999
    assert checkpoint_trunk(packed.folder) == "base"
    card = read_json(packed.folder / "card.json")
    assert (card["name"], card["storage"], card["trunk"]["name"]) == ("small", "float16", "base")
    assert card["parameters"] == sum(parameter.numel() for parameter in both.parameters())


def test_without_the_encoder_one_line_says_what_to_do(shipped):
    folder, _ = shipped
    (folder / "base").rename(folder / "elsewhere")
    with pytest.raises(InputError, match=r"base-net is a net behind another encoder: encoder 'base' is not"):
        from_pretrained("base-net")


def test_other_weights_and_paths_are_refused(shipped):
    folder, _ = shipped
    save_checkpoint(build_encoder(TRUNK), folder / "base", config=TRUNK)
    with pytest.raises(InputError, match="made for other weights of base"):
        from_pretrained("base-net")
    with pytest.raises(
        InputError, match=r"expected the name of an encoder in front of the net, got '\.\./x'"
    ):
        trunk_folder("../x", folder)


def test_a_name_stands_for_a_configuration():
    named = {"class_path": "E", "init_args": {"encoder": "base", "enhancer": NET}}
    assert trunk_name(named) == "base"
    assert trunk_name(with_trunk(named, FRONT)) is None
    assert with_trunk(named, FRONT)["init_args"]["encoder"] == FRONT
    assert trunk_name({"class_path": "E"}) is None
    assert trunk_key("a.b") == "encoder.a.b"
