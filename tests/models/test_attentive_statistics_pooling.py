import torch

from kowairo.models import AttentiveStatisticsPooling
from kowairo.models.attentive_statistics_pooling import with_global_context


def test_statistics_are_those_of_a_loop_over_channels():
    torch.manual_seed(0)
    pooling = AttentiveStatisticsPooling(num_channels=3, attention_channels=4)
    x = torch.randn(7, 3)  # (time, channels)
    z = torch.cat([x, x.mean(0).expand(7, 3), (x.var(0) + 1e-7).sqrt().expand(7, 3)], dim=1)
    w1, w2 = pooling.linear1.weight[:, :, 0], pooling.linear2.weight[:, :, 0]
    logits = (z @ w1.t() + pooling.linear1.bias).tanh() @ w2.t() + pooling.linear2.bias
    means, deviations = [], []
    for channel in range(3):
        weights = logits[:, channel].softmax(0)
        mean = (weights * x[:, channel]).sum()
        means.append(mean)
        deviations.append(((weights * x[:, channel] ** 2).sum() - mean**2).sqrt())
    expected = torch.stack(means + deviations).unsqueeze(0)
    torch.testing.assert_close(pooling(x.unsqueeze(0)), expected, atol=1e-5, rtol=1e-5)


def test_the_attention_of_frame_context_does_not_see_the_other_frames():
    torch.manual_seed(0)
    pooling = AttentiveStatisticsPooling(num_channels=3, attention_channels=4, context="frame")
    assert pooling.linear1.weight.shape == (4, 3, 1)


def test_context_is_the_frame_then_mean_then_deviation():
    frames = torch.tensor([[[1.0], [3.0]]])
    seen = with_global_context(frames, correction=0, variance_offset=0.0)
    assert seen.tolist() == [[[1.0, 2.0, 1.0], [3.0, 2.0, 1.0]]]
