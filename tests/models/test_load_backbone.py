import pytest
import torch

from kowairo.core import InputError
from kowairo.models import KaldiFbank, MfccStatistics, XVector, load_backbone


def _encoder(*, seed):
    torch.manual_seed(seed)
    front_end = KaldiFbank(num_mels=16)
    return XVector(hidden_channels=8, pooled_channels=6, embedding_dim=6, front_end=front_end)


@pytest.mark.parametrize("prefix", ["", "module.", "model.", "embedding_model.", "module.backbone."])
def test_every_prefix_is_taken_off(tmp_path, prefix):
    state = _encoder(seed=0).backbone.state_dict()
    torch.save({prefix + key: value for key, value in state.items()}, tmp_path / "x.pt")
    encoder = _encoder(seed=1)
    load_backbone(tmp_path / "x.pt", encoder)
    assert all(torch.equal(value, state[key]) for key, value in encoder.backbone.state_dict().items())


def test_classifiers_are_ignored_and_counters_may_be_missing(tmp_path):
    state = _encoder(seed=0).backbone.state_dict()
    kept = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    torch.save({"state_dict": kept | {"projection.weight": torch.zeros(3, 6)}}, tmp_path / "x.pt")
    encoder = _encoder(seed=1)
    load_backbone(tmp_path / "x.pt", encoder)
    name = "seg_1.weight"
    assert torch.equal(encoder.backbone.state_dict()[name], state[name])


def test_a_partial_match_is_refused_and_changes_nothing(tmp_path):
    state = _encoder(seed=0).backbone.state_dict()
    del state["frame_1.conv_1d.weight"]
    torch.save(state, tmp_path / "x.pt")
    encoder = _encoder(seed=1)
    before = encoder.backbone.seg_2.weight.clone()
    with pytest.raises(InputError, match=r"1 missing: frame_1\.conv_1d\.weight"):
        load_backbone(tmp_path / "x.pt", encoder)
    assert torch.equal(encoder.backbone.seg_2.weight, before)


def test_an_encoder_without_a_backbone_is_refused(tmp_path):
    with pytest.raises(InputError, match="MfccStatistics has no backbone"):
        load_backbone(tmp_path / "x.pt", MfccStatistics())
