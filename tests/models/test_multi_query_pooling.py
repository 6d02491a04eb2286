import pytest
import torch

from kowairo.core import InputError
from kowairo.models import MultiQueryPooling


def test_output_is_by_query_then_head_then_statistic():
    torch.manual_seed(0)
    pooling = MultiQueryPooling(num_channels=4, num_queries=2, num_heads=2, attention_channels=3)
    x = torch.randn(1, 6, 4)
    expected = []
    for query in pooling.n_query:
        for head, layers in enumerate(query.heads_att_trans):
            group = x[0, :, 2 * head : 2 * head + 2]
            inner = layers["att_0"](group.t().unsqueeze(0)).tanh()
            weights = layers["att_1"](inner)[0].t().softmax(0)
            mean = (weights * group).sum(0)
            expected += [mean, ((weights * group**2).sum(0) - mean**2).sqrt()]
    torch.testing.assert_close(pooling(x)[0], torch.cat(expected), atol=1e-5, rtol=1e-5)


def test_keys_are_wespeakers():
    keys = set(MultiQueryPooling(num_channels=4, num_queries=1, num_heads=1).state_dict())
    prefix = "n_query.0.heads_att_trans.0."
    assert keys == {f"{prefix}att_{i}.{part}" for i in (0, 1) for part in ("weight", "bias")}


def test_heads_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(InputError, match="divides 10 channels, got 4"):
        MultiQueryPooling(num_channels=10, num_heads=4)
