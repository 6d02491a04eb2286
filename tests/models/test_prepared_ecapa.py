import pytest
import torch

from kowairo.core import InputError
from kowairo.models import EcapaGroupNorm, EnhancedEncoder, NormalizedFbank, ProjectedEncoder
from kowairo.models import _packed_linear as packed_linear
from kowairo.models._packed_linear import PackedLinear
from kowairo.models._prepared_layers import ChannelMoments
from kowairo.models.prepared_ecapa import PreparedEcapa
from kowairo.testing import TinyEncoder, check_encoder

# The bars: float32 up to rounding, bfloat16 by the cosine after the mean embedding is taken out.
_MAX_LOSS_FP32 = 1e-6
_MIN_CENTRED_BF16 = 0.999


def _small():
    torch.manual_seed(0)
    return EcapaGroupNorm(
        channels=(64, 64, 96, 64, 192), num_groups=8, front_end=NormalizedFbank(hop_s=0.02)
    ).eval()


def _cosines(actual, expected, mean=0.0):
    return torch.cosine_similarity(actual.double() - mean, expected.double() - mean, dim=1)


@pytest.mark.parametrize("packs", [True, False])
@pytest.mark.parametrize("samples", [300, 4000, 16123, 50000])
def test_float32_gives_the_embeddings_of_the_encoder(noise, monkeypatch, packs, samples):
    if not packs:
        monkeypatch.setattr("kowairo.models._packed_linear.can_pack", lambda dtype: False)
    encoder = _small()
    waveforms = noise(2, samples)
    with torch.no_grad():
        expected, actual = encoder(waveforms), encoder.for_inference(torch.float32)(waveforms)
    assert _cosines(actual, expected).min() >= 1.0 - _MAX_LOSS_FP32
    torch.testing.assert_close(actual, expected, rtol=1e-3, atol=1e-3)


def test_what_is_prepared_passes_the_contract_of_encoders():
    check_encoder(TinyEncoder().for_inference(torch.float32))


def test_it_has_no_parameters_and_leaves_the_encoder_as_it_is(noise):
    encoder = _small()
    before = {key: value.clone() for key, value in encoder.state_dict().items()}
    prepared = encoder.for_inference(torch.bfloat16)
    prepared(noise(1, 8000))
    assert isinstance(prepared, PreparedEcapa)
    assert not list(prepared.parameters())
    assert all(torch.equal(value, before[key]) for key, value in encoder.state_dict().items())
    assert (prepared.embedding_dim, prepared.min_frames) == (encoder.embedding_dim, encoder.min_frames)


def test_an_embedding_is_the_same_bit_for_bit_whatever_was_embedded_before(noise):
    prepared = _small().for_inference(torch.bfloat16)
    first = prepared(noise(1, 12000))
    prepared(noise(1, 20000, seed=1))
    assert torch.equal(prepared(noise(1, 12000)), first)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_bfloat16_at_the_published_sizes_is_within_the_bar_on_real_voices(data_dir, seed):
    soundfile = pytest.importorskip("soundfile")
    folder = data_dir / "voices" / "dev"
    lines = (folder / "wav.scp").read_text(encoding="utf-8").splitlines()[::30][:16]
    clips = [soundfile.read(folder / line.split(maxsplit=1)[1], dtype="float32")[0][:64000] for line in lines]
    torch.manual_seed(seed)
    encoder = EcapaGroupNorm().eval()
    with torch.no_grad():
        found = {
            dtype: torch.cat([encoder.for_inference(dtype)(torch.from_numpy(clip)[None]) for clip in clips])
            for dtype in (torch.float32, torch.bfloat16)
        }
        expected = torch.cat([encoder(torch.from_numpy(clip)[None]) for clip in clips])
    mean = expected.double().mean(dim=0)
    assert _cosines(found[torch.float32], expected).min() >= 1.0 - _MAX_LOSS_FP32
    assert _cosines(found[torch.bfloat16], expected, mean).min() >= _MIN_CENTRED_BF16


def test_another_type_and_too_few_frames_are_refused():
    with pytest.raises(InputError, match="bfloat16, got torch"):
        _small().for_inference(torch.float16)
    with pytest.raises(InputError, match="at least 5 frames, got 3"):
        TinyEncoder().for_inference(torch.float32).embed_features(torch.zeros(1, 3, 20))


def test_wrapped_encoders_are_made_ready_inside(noise):
    class Halves(torch.nn.Linear):
        input_dim, output_dim = 16, 8

    tiny = TinyEncoder()
    for encoder in (
        ProjectedEncoder(encoder=tiny, projection_dim=4),
        EnhancedEncoder(encoder=tiny, enhancer=Halves(16, 8)),
    ):
        prepared = encoder.eval().for_inference(torch.float32)
        assert isinstance(prepared.encoder, PreparedEcapa)
        with torch.no_grad():
            torch.testing.assert_close(
                prepared(noise(1, 9000)), encoder(noise(1, 9000)), rtol=1e-3, atol=1e-4
            )


def test_a_layer_without_packing_multiplies_plainly(monkeypatch):
    monkeypatch.setattr("kowairo.models._packed_linear.can_pack", lambda dtype: False)
    weight, x = torch.randn(3, 5), torch.randn(7, 5)
    layer = PackedLinear(weight, torch.ones(3), dtype=torch.float32, rectified=True)
    torch.testing.assert_close(layer(x), (x @ weight.t() + 1.0).relu())
    torch.testing.assert_close(layer(x, torch.zeros(3)), (x @ weight.t()).relu())


def test_a_build_without_the_operators_is_noticed(monkeypatch):
    packed_linear.can_pack.cache_clear()
    monkeypatch.setattr(packed_linear.torch, "ones", lambda *_, **__: (_ for _ in ()).throw(RuntimeError()))
    assert not packed_linear.can_pack(torch.float32)
    packed_linear.can_pack.cache_clear()


def test_moments_of_bfloat16_frames_are_not_rounded_to_bfloat16():
    x = (3.0 + torch.randn(200, 8, generator=torch.Generator().manual_seed(0))).bfloat16()
    moments = ChannelMoments.of(x)
    torch.testing.assert_close(moments.mean, x.double().mean(dim=0).float(), rtol=1e-5, atol=0.0)
    torch.testing.assert_close(moments.variance, x.double().var(0, correction=0).float(), rtol=1e-5, atol=0.0)
