import pytest
import torch

from kowairo.core import InputError
from kowairo.models import EcapaGroupNorm, load_published

_CHANNELS = (16, 16, 16, 16, 32)


class _CodeOnLoading:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.fixture
def encoder():
    return EcapaGroupNorm(channels=_CHANNELS, num_groups=4)


@pytest.fixture
def published(speechbrain_ecapa):
    """Makes a published state dict of SpeechBrain's own network: of a norm, under a prefix."""

    def make(*, num_groups, prefix):
        torch.manual_seed(1)
        state = speechbrain_ecapa(channels=_CHANNELS, num_groups=num_groups).state_dict()
        return {prefix + key: value for key, value in state.items()}

    return make


@pytest.mark.parametrize("prefix", ["", "backbone.", "module.", "model.", "module.backbone."])
@pytest.mark.parametrize(("num_groups", "norm"), [(4, "group"), (None, "batch")])
def test_every_published_layout_is_loaded_wholly(encoder, published, tmp_path, prefix, num_groups, norm):
    state = published(num_groups=num_groups, prefix=prefix)
    torch.save(state, tmp_path / "embedding_model.pth")
    assert load_published(tmp_path / "embedding_model.pth", encoder) == norm
    assert all(torch.equal(v, state[prefix + k]) for k, v in encoder.backbone.state_dict().items())


def test_the_buffer_of_the_front_end_and_classifiers_are_ignored(encoder, published, tmp_path):
    state = published(num_groups=4, prefix="backbone.")
    state |= {"fbank.compute_deltas.kernel": torch.zeros(80, 1, 5), "classifier.weight": torch.zeros(3, 192)}
    torch.save({"state_dict": state}, tmp_path / "x.pth")
    assert load_published(tmp_path / "x.pth", encoder) == "group"


def test_a_partial_match_is_refused_with_the_keys_and_changes_nothing(encoder, published, tmp_path):
    state = published(num_groups=4, prefix="backbone.")
    state["backbone.fc2.conv.weight"] = state.pop("backbone.fc.conv.weight")
    torch.save(state, tmp_path / "x.pth")
    before = encoder.backbone.fc.conv.bias.clone()
    message = r"1 missing: fc\.conv\.weight; 1 unexpected: fc2\.conv\.weight"
    with pytest.raises(InputError, match=message):
        load_published(tmp_path / "x.pth", encoder)
    assert torch.equal(encoder.backbone.fc.conv.bias, before)


def test_another_size_is_refused_with_both_shapes(published, tmp_path):
    torch.save(published(num_groups=4, prefix=""), tmp_path / "x.pth")
    with pytest.raises(InputError, match=r"\(32, 48, 1\) instead of \(64, 48, 1\)"):
        load_published(tmp_path / "x.pth", EcapaGroupNorm(channels=(16, 16, 16, 16, 64), num_groups=4))


def test_an_unknown_prefix_is_refused(encoder, published, tmp_path):
    torch.save(published(num_groups=4, prefix="teacher."), tmp_path / "x.pth")
    with pytest.raises(InputError, match=r"unexpected: teacher\.asp"):
        load_published(tmp_path / "x.pth", encoder)


def test_a_pickle_that_would_run_code_is_refused_without_running_it(encoder, tmp_path, capsys):
    torch.save({"x": _CodeOnLoading()}, tmp_path / "x.pth")
    with pytest.raises(InputError, match="not a file of plain tensors"):
        load_published(tmp_path / "x.pth", encoder)
    assert capsys.readouterr().out == ""


def test_a_file_without_a_state_dict_is_refused(encoder, tmp_path):
    torch.save([1, 2], tmp_path / "x.pth")
    with pytest.raises(InputError, match="expected a state dict of tensors, got list"):
        load_published(tmp_path / "x.pth", encoder)


def test_a_missing_file_is_named(encoder, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_published(tmp_path / "absent.pth", encoder)
