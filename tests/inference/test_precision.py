import pytest
import torch

from kowairo.core import InputError
from kowairo.inference import precision
from kowairo.inference.precision import choose_device, choose_precision, least_centred_cosine, prepare_encoder
from kowairo.inference.probe_voices import probe_voices
from kowairo.models import EcapaGroupNorm
from kowairo.testing import TinyEncoder


class WideEncoder(TinyEncoder):
    """A tiny encoder that says that bf16 suits it."""

    suits_bf16 = True


def test_words_are_taken_as_they_are():
    assert choose_precision(TinyEncoder(), "fp32") == "fp32"
    assert choose_precision(TinyEncoder(), "bf16") == "bf16"
    with pytest.raises(InputError, match="auto, fp32 or bf16, got 'fp8'"):
        choose_precision(TinyEncoder(), "fp8")


@pytest.mark.parametrize(
    ("kind", "has_it", "cosine", "expected"),
    [
        (WideEncoder, True, 0.9995, "bf16"),
        (WideEncoder, True, 0.9985, "fp32"),
        (WideEncoder, False, 0.9995, "fp32"),
        (TinyEncoder, True, 0.9995, "fp32"),
    ],
)
def test_auto_is_bf16_where_it_is_fast_and_agrees(monkeypatch, kind, has_it, cosine, expected):
    monkeypatch.setattr(precision, "has_fast_bf16", lambda device: has_it)
    monkeypatch.setattr(precision, "least_centred_cosine", lambda encoder: cosine)
    assert choose_precision(kind().eval(), "auto") == expected


def test_the_centred_cosine_is_that_of_the_embeddings_less_the_mean():
    encoder = TinyEncoder().eval()
    with torch.inference_mode():
        exact, rounded = (
            torch.cat([prepare_encoder(encoder, name)(voice[None]) for voice in probe_voices()]).double()
            for name in ("fp32", "bf16")
        )
    mean = exact.mean(dim=0)
    expected = torch.cosine_similarity(rounded - mean, exact - mean).min().item()
    assert least_centred_cosine(encoder) == pytest.approx(expected, abs=1e-6)
    assert expected < 1.0


@pytest.mark.parametrize("channels", [(256,) * 4 + (768,), (512,) * 4 + (1536,)])
def test_bf16_suits_wide_networks_only(channels):
    with torch.device("meta"):
        encoder = EcapaGroupNorm(channels=channels)
    assert encoder.suits_bf16 is (channels[0] == 512)


@pytest.mark.parametrize("has_gpu", [True, False])
def test_auto_is_a_gpu_if_there_is_one(monkeypatch, has_gpu):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_gpu)
    assert choose_device("auto").type == ("cuda" if has_gpu else "cpu")
    assert choose_device("cpu").type == "cpu"


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="finds no GPU"):
        choose_device("cuda")
    with pytest.raises(InputError, match="got 'tpu'"):
        choose_device("tpu")
