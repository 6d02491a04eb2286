import pytest
import torch

from kowairo.models.basic_block import BasicBlock, basic_blocks


def test_without_weights_a_block_is_the_rectified_input():
    block = BasicBlock(4, 4, stride=(1, 1)).eval()
    torch.nn.init.zeros_(block.bn2.weight)
    x = torch.randn(1, 4, 6, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(block(x), x.relu())


@pytest.mark.parametrize(("stride", "shape"), [((2, 1), (1, 8, 4, 5)), ((2, 2), (1, 8, 4, 3))])
def test_strides_are_over_frequency_and_time_and_round_up(stride, shape):
    assert BasicBlock(4, 8, stride=stride).eval()(torch.zeros(1, 4, 7, 5)).shape == shape


def test_only_the_first_block_of_a_stage_has_the_stride():
    stage = basic_blocks(4, 8, count=3, stride=(2, 1)).eval()
    assert stage(torch.zeros(1, 4, 8, 5)).shape == (1, 8, 4, 5)
    assert [len(block.shortcut) for block in stage] == [2, 0, 0]
