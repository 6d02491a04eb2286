import pytest
import torch

from kowairo.core import InputError
from kowairo.models import ReDimNetSize, ReDimNetStage
from kowairo.models.redimnet_bone import ReDimNetBone

_STAGES = (
    ReDimNetStage(stride=1, num_blocks=1, expansion=2, reduction=6),
    ReDimNetStage(stride=2, num_blocks=1),
)


def _size(**changes):
    sizes = {"num_features": 12, "channels": 4, "block": "residual", "group_channels": 2, "stages": _STAGES}
    return ReDimNetSize(**(sizes | changes))


def test_every_frame_keeps_channels_times_features_values():
    torch.manual_seed(0)
    bone = ReDimNetBone(_size(), num_features=12).eval()
    assert bone(torch.zeros(2, 12, 9)).shape == (2, 48, 9)


def test_a_stage_starts_from_the_weighted_sum_of_all_earlier_outputs():
    torch.manual_seed(0)
    bone = ReDimNetBone(_size(), num_features=12).eval()
    x = torch.randn(1, 12, 9)
    with torch.no_grad():
        bone.inputs_weights[2][:, 0] = 50.0  # the last sum takes the stem's output alone
    stem = bone.stem(x.unsqueeze(1)).transpose(1, 2).flatten(1, 2)
    torch.testing.assert_close(bone(x), stem)


@pytest.mark.parametrize(
    ("changes", "num_features", "message"),
    [
        ({}, 13, "stage 2: cannot divide 13 bands by stride 2"),
        ({"channels": 5}, 12, "stage 1: cannot divide 5 channels into 2 groups"),
        ({"channels": 6}, 10, "stage 1: cannot divide context width 10 by 4 heads"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(changes, num_features, message):
    with pytest.raises(InputError, match=message):
        _size(**changes).refuse_misfits(num_features)


def test_sizes_that_fit_are_accepted():
    _size().refuse_misfits(12)
