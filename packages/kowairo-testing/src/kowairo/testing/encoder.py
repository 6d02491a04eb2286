"""The contract suite of encoders, and a tiny encoder for fast tests."""

from __future__ import annotations

import torch

from kowairo.models import EcapaGroupNorm, Encoder, NormalizedFbank

# Part of the batch contract: an embedding alone and in a batch agree at least this well.
_MIN_COSINE = 0.9999
# bfloat16 keeps 8 bits: each product is off by up to 0.4 %, and tiny random networks average over few of
# them.
_MIN_COSINE_BFLOAT16 = 0.99
# Silence is no speech: its gradients may be this much larger. A chain of norms makes them 1e27 times larger.
_MAX_GROWTH = 30.0


class TinyEncoder(EcapaGroupNorm):
    """EcapaGroupNorm with 16 channels and a 16-dimensional embedding: milliseconds per utterance.

    Its weights are drawn from `seed`, without touching torch's global generator.

    Args:
        seed: seed of the weights.
    """

    def __init__(self, *, seed: int = 0) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            super().__init__(
                channels=(16, 16, 16, 16, 32),
                attention_channels=8,
                res2net_scale=2,
                se_channels=8,
                embedding_dim=16,
                num_groups=4,
                front_end=NormalizedFbank(num_mels=20, hop_s=0.020),
            )


def check_encoder(encoder: Encoder) -> None:
    """Runs the contract suite of encoders.

    Shapes and finiteness; x alone equals x in any batch and in any order, for equal and unequal lengths; what
    lies beyond a length is ignored; short utterances and silence give finite embeddings; gradients reach
    every parameter and are finite; utterances of zeros or of one value, alone or beside others, make no
    gradients larger than speech does; bfloat16 autocast is finite and near float32.

    Args:
        encoder: any encoder; left in evaluation mode.

    Raises:
        AssertionError: what does not hold.
    """
    encoder.eval()
    waveforms = _speech_like(4, 12000)
    lengths = torch.tensor([12000, 9000, 9000, 7001])
    with torch.no_grad():
        _check_shapes(encoder, waveforms)
        _check_batches(encoder, waveforms, lengths)
        _check_short_and_silent(encoder)
        _check_autocast(encoder, waveforms)
    _check_gradients(encoder, waveforms, lengths)
    _check_gradients_of_silence(encoder, waveforms)


def _speech_like(batch: int, samples: int) -> torch.Tensor:
    """Seeded noise, smoothed and modulated so that rows differ in colour: (batch, samples) in [-1, 1]."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(batch, samples, generator=generator)
    widths = torch.arange(1, batch + 1)
    rows = [
        torch.nn.functional.avg_pool1d(noise[i : i + 1], 2 * int(w) + 1, 1, int(w))
        for i, w in enumerate(widths)
    ]
    envelope = 0.6 + 0.4 * torch.sin(torch.arange(samples) / 800.0)
    colours = torch.cat(rows) * envelope
    return 0.5 * colours / colours.abs().amax(dim=1, keepdim=True)


def _assert_close(name: str, expected: torch.Tensor, actual: torch.Tensor) -> None:
    cosine = torch.nn.functional.cosine_similarity(expected.double(), actual.double(), dim=-1).min().item()
    assert cosine >= _MIN_COSINE, f"{name}: cosine {cosine:.6f}, at least {_MIN_COSINE} expected"


def _check_shapes(encoder: Encoder, waveforms: torch.Tensor) -> None:
    embeddings = encoder(waveforms)
    expected = (len(waveforms), encoder.embedding_dim)
    assert embeddings.shape == expected, f"expected {expected}, got {tuple(embeddings.shape)}"
    assert embeddings.isfinite().all(), "embeddings are not finite"


def _check_batches(encoder: Encoder, waveforms: torch.Tensor, lengths: torch.Tensor) -> None:
    alone = torch.cat([encoder(row[:n].unsqueeze(0)) for row, n in zip(waveforms, lengths, strict=True)])
    _assert_close("alone and in a batch of unequal lengths", alone, encoder(waveforms, lengths))
    order = torch.tensor([2, 0, 3, 1])
    _assert_close("another order", alone[order], encoder(waveforms[order], lengths[order]))
    filled = waveforms.clone()
    for row, length in zip(filled, lengths, strict=True):
        row[length:] = 1.0
    _assert_close("what lies beyond the lengths", alone, encoder(filled, lengths))


def _check_short_and_silent(encoder: Encoder) -> None:
    short = _speech_like(1, 100)
    repeated = short.repeat(1, -(-encoder.min_samples // 100))[:, : max(100, encoder.min_samples)]
    assert encoder(short).isfinite().all(), "an utterance of 100 samples is not finite"
    _assert_close("a short utterance and itself repeated", encoder(repeated), encoder(short))
    assert encoder(torch.zeros(1, 8000)).isfinite().all(), "silence is not finite"


def _check_autocast(encoder: Encoder, waveforms: torch.Tensor) -> None:
    expected = encoder(waveforms)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        actual = encoder(waveforms)
    cosine = torch.nn.functional.cosine_similarity(expected.double(), actual.double()).min().item()
    assert actual.dtype == expected.dtype, (
        f"embeddings are {actual.dtype} under autocast, not {expected.dtype}"
    )
    assert cosine >= _MIN_COSINE_BFLOAT16, f"bfloat16: cosine {cosine:.6f} to float32"


def _check_gradients(encoder: Encoder, waveforms: torch.Tensor, lengths: torch.Tensor) -> None:
    parameters = {name: p for name, p in encoder.named_parameters() if p.requires_grad}
    if not parameters:
        return
    encoder.zero_grad(set_to_none=True)
    embeddings = encoder(waveforms, lengths)
    weights = torch.linspace(-1.0, 1.0, embeddings.numel()).view_as(embeddings)
    (embeddings * weights).sum().backward()
    missing = [name for name, p in parameters.items() if p.grad is None]
    broken = [name for name, p in parameters.items() if p.grad is not None and not p.grad.isfinite().all()]
    encoder.zero_grad(set_to_none=True)
    assert not missing, f"no gradient reaches {missing}"
    assert not broken, f"gradients are not finite in {broken}"


def _check_gradients_of_silence(encoder: Encoder, waveforms: torch.Tensor) -> None:
    if not any(p.requires_grad for p in encoder.parameters()):
        return
    usual = _gradient_norm(encoder, waveforms)
    for name, value in (("zeros", 0.0), ("the least bit", 2.0**-15), ("a constant", 0.5)):
        constant = torch.full_like(waveforms, value)
        beside = torch.cat([waveforms[:-1], constant[-1:]])
        for place, batch in (("alone", constant), ("beside speech", beside)):
            norm = _gradient_norm(encoder, batch)
            assert norm <= _MAX_GROWTH * usual, (
                f"{name} {place}: gradients of {norm:.3g}, speech has {usual:.3g}"
            )


def _gradient_norm(encoder: Encoder, waveforms: torch.Tensor) -> float:
    """Norm of the gradients of all parameters, in training mode, of a sum over directions of embeddings."""
    state = {name: value.clone() for name, value in encoder.state_dict().items()}
    encoder.train().zero_grad(set_to_none=True)
    directions = torch.nn.functional.normalize(encoder(waveforms), dim=1)
    weights = torch.linspace(-1.0, 1.0, directions.numel()).view_as(directions)
    torch.autograd.backward((directions * weights).sum())
    squares = [p.grad.double().square().sum() for p in encoder.parameters() if p.grad is not None]
    encoder.eval().zero_grad(set_to_none=True)
    encoder.load_state_dict(state)  # what training mode counts, as BatchNorm does
    return float(torch.stack(squares).sum().sqrt())
