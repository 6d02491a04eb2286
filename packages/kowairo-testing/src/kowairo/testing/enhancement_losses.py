"""The contract suite of enhancement objectives."""

from __future__ import annotations

from dataclasses import replace

import torch

from kowairo.losses import EnhancementLabels, EnhancementLoss

_ROWS, _SPEAKERS, _DOMAINS = 12, 3, 2


def check_enhancement_loss(loss: EnhancementLoss, *, embedding_dim: int = 8) -> None:
    """Runs the contract suite of enhancement losses.

    A finite float32 scalar; finite gradients for the output and every parameter; no change when the batch is
    permuted (pair by pair where rows are pairs); float32 also for bfloat16 input and under autocast; finite
    where output and target are equal, opposite (|cos| = 1) or zero, where all rows are of nobody who is
    trained on, and where all pairs are of one kind; no larger for the target itself than for a random output,
    unless speakers are classified.

    Args:
        loss: an objective over output and target; it is started for three speakers and two domains.
        embedding_dim: dimension to try it with.

    Raises:
        AssertionError: what does not hold.
    """
    generator = torch.Generator().manual_seed(0)
    loss.start(embedding_dim=embedding_dim, num_speakers=_SPEAKERS, seed=0, num_domains=_DOMAINS)
    output = torch.randn(_ROWS, embedding_dim, generator=generator)
    target, negatives = torch.nn.functional.normalize(
        torch.randn(2, _ROWS, embedding_dim, generator=generator), dim=-1
    )
    labels = EnhancementLabels(
        speakers=torch.arange(_ROWS) // 2 % _SPEAKERS,
        negatives=negatives,
        same_session=torch.arange(_ROWS // 2) >= _SPEAKERS,
        domains=torch.arange(_ROWS) // 2 % _DOMAINS,
    )
    value = _value_and_gradients(loss, output, target, labels)
    order = torch.randperm(_ROWS // 2, generator=generator)
    rows = (2 * order.unsqueeze(1) + torch.arange(2)).ravel()
    reordered = _reordered(labels, order, rows)
    _assert_close(
        "permuted batch", value, _value_and_gradients(loss, output[rows], target[rows], reordered), 1e-5
    )
    _check_half_precision(loss, output, target, labels, value)
    perfect = _value_and_gradients(loss, target, target, labels, name="output = target")
    assert loss.uses_classes or perfect <= value, f"output = target costs {perfect}, a random output {value}"
    _value_and_gradients(loss, -target, target, labels, name="output = -target")
    _value_and_gradients(loss, torch.zeros_like(output), target, labels, name="output = 0")
    for name, odd in _odd_labels(labels).items():
        _value_and_gradients(loss, output, target, odd, name=name)


def _reordered(labels: EnhancementLabels, order: torch.Tensor, rows: torch.Tensor) -> EnhancementLabels:
    """Labels of permuted pairs."""
    changes = {
        name: None if values is None else values[order if name == "same_session" else rows]
        for name, values in vars(labels).items()
    }
    return replace(labels, **changes)


def _odd_labels(labels: EnhancementLabels) -> dict[str, EnhancementLabels]:
    nobody = torch.full((_ROWS,), -1)
    kinds = torch.ones(_ROWS // 2, dtype=torch.bool)
    return {
        "nobody who is trained on": replace(labels, speakers=nobody, domains=nobody),
        "one speaker": replace(labels, speakers=torch.zeros(_ROWS, dtype=torch.int64)),
        "pairs of one session": replace(labels, same_session=kinds),
        "pairs of two sessions": replace(labels, same_session=~kinds),
    }


def _check_half_precision(
    loss: EnhancementLoss,
    output: torch.Tensor,
    target: torch.Tensor,
    labels: EnhancementLabels,
    value: torch.Tensor,
) -> None:
    # bfloat16 keeps 8 bits, so inputs move by up to 0.4 %.
    half = _value_and_gradients(loss, output.bfloat16(), target.bfloat16(), labels, name="bfloat16 input")
    _assert_close("bfloat16 input", value, half, 0.05)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = _value_and_gradients(loss, output, target, labels, name="autocast")
    _assert_close("autocast", value, inside, 1e-4)


def _value_and_gradients(
    loss: EnhancementLoss,
    output: torch.Tensor,
    target: torch.Tensor,
    labels: EnhancementLabels,
    *,
    name: str = "random input",
) -> torch.Tensor:
    """The loss, after checks of it and of the gradients of the output and the loss's parameters."""
    leaf = output.detach().clone().requires_grad_()
    loss.zero_grad()
    value: torch.Tensor = loss(leaf, target, labels)
    assert value.shape == (), f"{name}: expected a scalar, got {tuple(value.shape)}"
    assert value.dtype == torch.float32, f"{name}: expected float32, got {value.dtype}"
    assert value.isfinite(), f"{name}: the loss is {value.item()}"
    value.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    assert leaf.grad is not None, f"{name}: no gradient"
    assert leaf.grad.isfinite().all(), f"{name}: the gradient is not finite"
    broken = [n for n, p in loss.named_parameters() if p.grad is not None and not p.grad.isfinite().all()]
    assert not broken, f"{name}: gradients are not finite in {broken}"
    return value.detach()


def _assert_close(name: str, expected: torch.Tensor, actual: torch.Tensor, relative: float) -> None:
    difference = (expected - actual).abs().item()
    assert difference <= relative * (1.0 + abs(expected.item())), (
        f"{name}: {actual.item()}, {expected.item()} expected"
    )
