import pytest
import torch

from kowairo.models import CamPlusPlus, EcapaBatchNorm, EcapaGroupNorm, ResNet34
from kowairo.models.build import build_encoder
from kowairo.models.foreign_sizes import recognize

_SMALL = {
    "channels": (16, 16, 16, 24),
    "kernel_sizes": (3, 3, 5, 1),
    "dilations": (1, 2, 3, 1),
    "attention_channels": 6,
    "res2net_scale": 4,
    "se_channels": 5,
    "embedding_dim": 7,
}


@pytest.mark.parametrize("prefix", ["", "backbone.", "module.model."])
@pytest.mark.parametrize(
    "encoder",
    [
        EcapaBatchNorm(channels=(16,) * 4 + (32,)),
        EcapaGroupNorm(channels=(16,) * 4 + (32,), num_groups=4, embedding_dim=20),
        ResNet34(channels=4, num_blocks=(1, 2, 1, 1), embedding_dim=9),
        CamPlusPlus(embedding_dim=12, growth_channels=4, first_channels=8),
    ],
    ids=lambda encoder: type(encoder).__name__,
)
def test_a_state_says_class_and_sizes(encoder, prefix):
    state = {prefix + key: value for key, value in encoder.backbone.state_dict().items()}
    again = build_encoder(recognize(state))
    assert type(again) is type(encoder)
    expected = {key: value.shape for key, value in encoder.state_dict().items()}
    assert {key: value.shape for key, value in again.state_dict().items()} == expected


def test_a_relative_with_other_parts_is_not_known():
    state = CamPlusPlus(embedding_dim=12, growth_channels=4, first_channels=8).backbone.state_dict()
    assert recognize({key: value for key, value in state.items() if "cam_layer" not in key}) is None


def test_every_size_of_an_ecapa_is_seen():
    arguments = recognize(EcapaGroupNorm(num_groups=2, **_SMALL).backbone.state_dict())["init_args"]
    seen = {key: tuple(value) if isinstance(value, list) else value for key, value in arguments.items()}
    assert seen == {key: value for key, value in _SMALL.items() if key != "dilations"}


def test_wespeakers_ecapa_is_told_by_its_keys():
    width, pooled, scale = 16, 24, 8
    shapes = {"layer1.conv.weight": (width, 80, 5), "layer1.bn.weight": (width,)}
    for layer in ("layer2", "layer3", "layer4"):
        block = f"{layer}.se_res2block"
        shapes[f"{block}.0.conv.weight"] = shapes[f"{block}.2.conv.weight"] = (width, width, 1)
        for part in range(scale - 1):
            shapes[f"{block}.1.convs.{part}.weight"] = (width // scale, width // scale, 3)
        shapes |= {f"{block}.3.linear1.weight": (6, width), f"{block}.3.linear2.weight": (width, 6)}
    shapes |= {"conv.weight": (pooled, 3 * width, 1), "linear.weight": (12, 2 * pooled)}
    shapes |= {"pool.linear1.weight": (8, 3 * pooled, 1), "pool.linear2.weight": (pooled, 8, 1)}
    config = recognize({key: torch.zeros(shape) for key, shape in shapes.items()})
    assert config["class_path"] == "kowairo.models.EcapaBatchNorm"
    assert config["init_args"] == {
        "implementation": "wespeaker",
        "channels": [width] * 4 + [pooled],
        "kernel_sizes": [5, 3, 3, 3, 1],
        "attention_channels": 8,
        "res2net_scale": scale,
        "se_channels": 6,
        "embedding_dim": 12,
    }


def test_another_network_is_not_recognized():
    assert recognize({"x": torch.zeros(1)}) is None
