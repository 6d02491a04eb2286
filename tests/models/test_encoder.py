import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import InputError
from kowairo.models import Encoder, XVector
from kowairo.testing import TinyEncoder


@pytest.fixture(scope="module")
def encoder():
    return TinyEncoder().eval()


@settings(max_examples=15, deadline=None)
@given(lengths=st.lists(st.integers(50, 6000), min_size=1, max_size=5), seed=st.integers(0, 1000))
def test_an_embedding_does_not_depend_on_its_batch(lengths, seed):
    encoder = TinyEncoder().eval()
    generator = torch.Generator().manual_seed(seed)
    waveforms = 0.1 * torch.randn(len(lengths), max(lengths), generator=generator)
    with torch.no_grad():
        together = encoder(waveforms, torch.tensor(lengths))
        alone = torch.cat([encoder(row[None, :n]) for row, n in zip(waveforms, lengths, strict=True)])
    assert torch.cosine_similarity(together.double(), alone.double()).min() >= 0.9999


def test_without_lengths_all_rows_are_full(encoder, noise):
    waveforms = noise(3, 5000)
    torch.testing.assert_close(encoder(waveforms), encoder(waveforms, torch.tensor([5000] * 3)))


def test_a_short_utterance_is_repeated_from_its_start(encoder, noise):
    short = noise(1, encoder.min_samples // 2 + 7)
    repeated = torch.cat([short, short], dim=1)[:, : encoder.min_samples]
    torch.testing.assert_close(encoder(short), encoder(repeated))


def test_gradients_flow_back_through_the_regrouping(encoder, noise):
    waveforms = noise(3, 3000).requires_grad_()
    encoder(waveforms, torch.tensor([3000, 2000, 3000]))[1].sum().backward()
    touched = waveforms.grad.abs().sum(dim=1) > 0
    assert touched.tolist() == [False, True, False]
    assert waveforms.grad[1, 2000:].abs().sum() == 0


def test_an_utterance_of_constant_features_has_an_embedding_and_no_gradient(encoder, noise):
    waveforms = torch.cat([noise(1, 3000), torch.zeros(1, 3000)]).requires_grad_()
    embeddings = encoder(waveforms)
    embeddings.square().sum().backward()
    assert embeddings[1].abs().max() > 0
    assert (waveforms.grad.abs().amax(dim=1) > 0).tolist() == [True, False]


def test_a_silent_utterance_adds_nothing_to_the_gradients_of_the_others(encoder, noise):
    speech = noise(2, 3000)

    def gradient(batch):
        encoder.zero_grad()
        encoder(batch)[:, :3].sum().backward()
        return encoder.backbone.fc.conv.weight.grad.clone()

    torch.testing.assert_close(gradient(torch.cat([speech, torch.zeros(1, 3000)])), gradient(speech))


def test_integer_samples_are_refused(encoder):
    with pytest.raises(InputError, match="divide int16 samples by 32768"):
        encoder(torch.zeros(1, 4000, dtype=torch.int16))


def test_a_single_utterance_without_batch_dimension_is_refused(encoder):
    with pytest.raises(InputError, match="add a batch dimension"):
        encoder(torch.zeros(4000))


@pytest.mark.parametrize("lengths", [[4000], [0, 4000], [4000, 4001]])
def test_impossible_lengths_are_refused(encoder, lengths):
    with pytest.raises(InputError, match=r"lengths in 1\.\.4000 samples"):
        encoder(torch.zeros(2, 4000), torch.tensor(lengths))


def test_the_base_cannot_be_used_by_itself():
    with pytest.raises(TypeError, match="abstract"):
        Encoder()


def test_many_utterances_of_any_lengths_are_each_as_if_alone(noise):
    encoder = TinyEncoder().eval()
    waveforms = [noise(1, samples, seed=samples)[0] for samples in (500, 9000, 7001)]
    expected = torch.cat([encoder(waveform[None]) for waveform in waveforms])
    torch.testing.assert_close(encoder.embed_many(waveforms), expected)


def test_an_encoder_without_a_faster_way_computes_under_autocast(noise):
    encoder = XVector(hidden_channels=32, pooled_channels=64, embedding_dim=16).eval()
    waveform = noise(1, 16000)
    with torch.no_grad():
        expected = encoder(waveform)
        same = encoder.for_inference(torch.float32)(waveform)
        reduced = encoder.for_inference(torch.bfloat16)(waveform)
    assert torch.equal(same, expected)
    assert reduced.dtype == torch.float32
    assert not torch.equal(reduced, expected)
    assert torch.cosine_similarity(reduced, expected).min() > 0.99
    assert not encoder.suits_bf16
