import pytest
import torch

from kowairo.losses import AAMSoftmax
from kowairo.models import build_encoder
from kowairo.training import Head, SpeakerModel
from kowairo.training.speaker_model import WeightAverage


@pytest.fixture
def model(tiny_encoder):
    return SpeakerModel(build_encoder(tiny_encoder), Head(AAMSoftmax(8, 2, seed=0), ["a", "b"]))


def test_the_model_gives_the_encoders_embeddings(model):
    waveforms = torch.randn(2, 4000, generator=torch.Generator().manual_seed(0)) * 0.1
    with torch.inference_mode():
        assert torch.equal(model(waveforms), model.encoder(waveforms))


def test_the_average_by_hand(model):
    average = WeightAverage(model, decay=0.5)
    weight = model.head.loss.weight
    expected = None
    for count in range(12):
        with torch.no_grad():
            weight.add_(1.0)
        decay = min(0.5, (1 + count) / (10 + count))
        expected = weight.clone() if expected is None else decay * expected + (1 - decay) * weight
        average.update(model)
    assert torch.allclose(average.model.head.loss.weight, expected)


def test_the_average_is_not_trained_and_keeps_the_front_end(model):
    average = WeightAverage(model, decay=0.9)
    for _ in range(3):
        average.update(model)
    assert not any(parameter.requires_grad for parameter in average.parameters())
    own, mean = (
        dict(model.encoder.front_end.named_buffers()),
        dict(average.model.encoder.front_end.named_buffers()),
    )
    assert own.keys() == mean.keys()
    assert all(torch.equal(own[name], mean[name]) for name in own)
