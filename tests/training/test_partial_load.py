"""Tests of taking over those weights that fit."""

import pytest
import torch
from safetensors.torch import save_file

from kowairo.core import InputError
from kowairo.models import build_encoder
from kowairo.training.partial_load import load_matching, read_tensors


def encoder_of(tiny_encoder, **changes):
    return build_encoder({**tiny_encoder, "init_args": {**tiny_encoder["init_args"], **changes}})


def test_all_that_fits_is_loaded_and_the_rest_is_listed(tiny_encoder):
    given, other = encoder_of(tiny_encoder), encoder_of(tiny_encoder, embedding_dim=5)
    fresh = other.state_dict()["backbone.fc.conv.weight"].clone()
    report = load_matching(other, given.state_dict(), source="file")
    own = other.state_dict()
    assert all(torch.equal(own[name], given.state_dict()[name]) for name in report.loaded)
    assert torch.equal(own["backbone.fc.conv.weight"], fresh)
    assert sorted(report.fresh) == ["backbone.fc.conv.bias", "backbone.fc.conv.weight"]
    assert report.fresh["backbone.fc.conv.bias"] == "(5,), there (8,)"
    assert f"{len(own) - 2} of {len(own)} tensors loaded; not loaded: " in report.summary()


@pytest.mark.parametrize("prefix", ["module.", "backbone."])
def test_a_prefix_more_is_taken_off(tiny_encoder, prefix):
    given, other = encoder_of(tiny_encoder), encoder_of(tiny_encoder)
    report = load_matching(other, {prefix + n: t for n, t in given.state_dict().items()}, source="file")
    assert (report.fresh, report.unused) == ({}, [])


def test_a_prefix_less_is_put_on(tiny_encoder):
    given, other = encoder_of(tiny_encoder), encoder_of(tiny_encoder)
    bare = {name.removeprefix("backbone."): tensor for name, tensor in given.state_dict().items()}
    report = load_matching(other, {**bare, "classifier.weight": torch.zeros(2)}, source="file")
    assert report.fresh == {}
    assert report.unused == ["classifier.weight"]
    assert report.summary().endswith("not used: classifier.weight")


def test_nothing_loaded_is_an_error(tiny_encoder):
    with pytest.raises(
        InputError, match=r"file: not one of its 1 tensors fits EcapaGroupNorm .*it has net\.w"
    ):
        load_matching(encoder_of(tiny_encoder), {"net.w": torch.zeros(3)}, source="file")


def test_weights_are_read_from_both_kinds_of_file(tmp_path):
    save_file({"a": torch.ones(2)}, tmp_path / "a.safetensors")
    torch.save({"state_dict": {"a": torch.ones(2)}}, tmp_path / "a.pt")
    for name in ("a.safetensors", "a.pt"):
        assert torch.equal(read_tensors(tmp_path / name)["a"], torch.ones(2))
    (tmp_path / "b.safetensors").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="not a safetensors file"):
        read_tensors(tmp_path / "b.safetensors")
