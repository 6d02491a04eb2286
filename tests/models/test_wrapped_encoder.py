from typing import Self

import pytest
import torch

from kowairo.models import Encoder, Ge2eLstm, KaldiFbank, XVector
from kowairo.models.wrapped_encoder import WrappedEncoder


class Doubled(WrappedEncoder):
    """Twice the trunk's embeddings."""

    @property
    def embedding_dim(self) -> int:
        return self.encoder.embedding_dim

    def after(self, embeddings: torch.Tensor) -> torch.Tensor:
        return 2.0 * embeddings

    def around(self, encoder: Encoder) -> Self:
        return type(self)(encoder)


@pytest.fixture
def trunk():
    torch.manual_seed(0)
    front_end = KaldiFbank(num_mels=20)
    return XVector(hidden_channels=8, pooled_channels=8, embedding_dim=6, front_end=front_end).eval()


def test_the_front_end_and_the_sizes_are_the_trunks(trunk):
    doubled = Doubled(trunk)
    assert doubled.front_end is trunk.front_end
    assert doubled.sample_rate_hz == trunk.sample_rate_hz
    for size in ("min_frames", "min_samples", "suits_bf16"):
        assert getattr(doubled, size) == getattr(trunk, size)


def test_the_front_ends_state_stands_once(trunk):
    assert set(Doubled(trunk).state_dict()) == {f"encoder.{key}" for key in trunk.state_dict()}


@pytest.mark.parametrize("training", [False, True])
def test_other_forms_keep_the_embeddings_and_the_mode(trunk, noise, training):
    doubled = Doubled(trunk).train(training)
    forms = doubled.for_export(), doubled.for_inference(torch.float32)
    assert [form.training for form in forms] == [training, training]
    waveforms = noise(2, 16000)
    with torch.no_grad():
        expected = 2.0 * trunk.eval()(waveforms)
        for form in forms:
            torch.testing.assert_close(form.eval()(waveforms), expected, atol=1e-4, rtol=1e-4)


def test_the_type_of_the_products_is_the_trunks(trunk):
    assert Doubled(trunk).for_inference(torch.bfloat16).encoder._products == torch.bfloat16


def test_what_the_trunk_does_to_waveforms_is_done(noise):
    torch.manual_seed(0)
    trunk = Ge2eLstm(silences="kept").eval()
    quiet = 1e-3 * noise(2, 40000)  # which the trunk raises to its level first
    with torch.no_grad():
        alone = trunk(quiet)
        past_it = trunk.embed_features(trunk.front_end(quiet))
        assert torch.equal(Doubled(trunk)(quiet), 2.0 * alone)
    assert not torch.equal(past_it, alone)


def test_many_utterances_are_embedded_as_the_trunk_does_it(trunk, noise, monkeypatch):
    monkeypatch.setattr(trunk, "embed_many", lambda waveforms: torch.full((len(waveforms), 6), 3.0))
    assert Doubled(trunk).embed_many([noise(1, 8000)[0]] * 2).tolist() == [[6.0] * 6] * 2
