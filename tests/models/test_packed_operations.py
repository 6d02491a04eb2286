import pytest
import torch

from kowairo.core import InputError
from kowairo.models import ecapa_operations as plain
from kowairo.models.packed_operations import Segments, packed_operations
from kowairo.testing import TinyEncoder

LENGTHS = (7, 12, 5)


def _frames(channels=8):
    return torch.randn(1, sum(LENGTHS), channels, generator=torch.Generator().manual_seed(0))


def _each(operation, x):
    """The operation on each utterance by itself, joined over time."""
    return torch.cat([operation(part) for part in x.split(LENGTHS, dim=1)], dim=1)


def test_neighbours_are_reflected_at_the_ends_of_their_own_utterance():
    segments = Segments.of([3, 4], torch.device("cpu"))
    assert segments.neighbours(0).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert segments.neighbours(2).tolist() == [2, 1, 0, 5, 6, 5, 4]
    assert segments.neighbours(-1).tolist() == [1, 0, 1, 4, 3, 4, 5]


def test_norm_and_convolution_see_one_utterance_each():
    packed, x = packed_operations(LENGTHS, device=torch.device("cpu")), _frames()
    weight, bias = torch.rand(8) + 0.5, torch.randn(8)
    kernel = torch.randn(6, 8, 3)
    torch.testing.assert_close(
        packed.relu_group_norm(x, weight, bias, 4, 1e-5),
        _each(lambda part: plain.relu_group_norm(part, weight, bias, 4, 1e-5), x),
    )
    torch.testing.assert_close(
        packed.reflect_convolution(x, kernel, bias[:6], 2),
        _each(lambda part: plain.reflect_convolution(part, kernel, bias[:6], 2), x),
    )


def test_statistics_have_a_row_per_utterance():
    packed, x = packed_operations(LENGTHS, device=torch.device("cpu")), _frames()
    logits = 5.0 * _frames().flip(1)
    parts = list(zip(x.split(LENGTHS, dim=1), logits.split(LENGTHS, dim=1), strict=True))
    torch.testing.assert_close(packed.statistics(x), torch.cat([plain.statistics(a) for a, _ in parts]))
    torch.testing.assert_close(
        packed.attentive_statistics(x, logits),
        torch.cat([plain.attentive_statistics(a, b) for a, b in parts]),
    )
    torch.testing.assert_close(packed.mean_over_time(x), torch.cat([a.mean(dim=1) for a, _ in parts]))
    rows = packed.per_frame(torch.arange(3.0)[:, None])[0, :, 0].tolist()
    assert rows == [0.0] * 7 + [1.0] * 12 + [2.0] * 5


def test_packed_utterances_have_the_embeddings_that_they_have_alone(noise):
    encoder = TinyEncoder().eval()
    waveforms = [noise(1, samples, seed=samples)[0] for samples in (9000, 4000, 16123, 9000)]
    with torch.no_grad():
        features = [encoder.front_end(waveform[None])[0] for waveform in waveforms]
        packed, alone = encoder.embed_packed(features), encoder.embed_many(waveforms)
    torch.testing.assert_close(packed, alone, rtol=1e-4, atol=1e-5)


def test_packed_bfloat16_is_near_float32(noise):
    encoder = TinyEncoder().eval()
    features = [encoder.front_end(noise(1, samples))[0] for samples in (9000, 14000)]
    with torch.no_grad():
        expected = encoder.embed_packed(features)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            actual = encoder.embed_packed(features)
    assert actual.dtype == torch.float32
    assert torch.cosine_similarity(actual, expected).min() > 0.99


def test_no_utterance_or_a_short_one_is_refused():
    for features in ([], [torch.zeros(9, 20), torch.zeros(4, 20)]):
        with pytest.raises(InputError, match="at least 5 frames"):
            TinyEncoder().embed_packed(features)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_many_utterances_have_the_embeddings_of_the_cpu(noise):
    encoder = TinyEncoder().eval()
    waveforms = [noise(1, samples, seed=samples)[0] for samples in (100, 9000, 4000, 16123)]
    with torch.no_grad():
        expected = encoder.embed_many(waveforms)
        prepared = encoder.cuda().for_inference(torch.float32)
        actual = prepared.embed_many([waveform.cuda() for waveform in waveforms]).cpu()
    assert torch.cosine_similarity(actual, expected).min() > 0.9999
