"""A denoising diffusion model of embeddings that is asked once."""

from __future__ import annotations

import math
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError
from kowairo.enhance.base import Enhancer

DiffusionNoise = Literal["zero", "content"]

_TIME_FEATURES = 32


class OneStepDiffusion(Enhancer):
    """Noise is added to the embedding, and a net that knows how much predicts the clean one.

    In training a step t of 1..T and noise e ~ N(0, I) are drawn for every row, and the net sees
    ``x_t = sqrt(a_t) s x + sqrt(1 - a_t) e`` with the cosine schedule a_t and the scale s, under which an
    embedding has the variance of the noise. It predicts the target itself, so that any loss between output
    and target trains it; inputs may be noisy lines and targets clean ones. In evaluation it is asked once, at
    a fixed step and with noise that is no draw: the result is deterministic and one forward pass.

    The prediction is ``sqrt(a_t) x_t / s``, the best linear guess under noise, plus a correction that starts
    at zero: where the noise is zero, the untrained net keeps the direction of its input.

    Args:
        dim: D, dimension of the embeddings going in and coming out.
        hidden_dim: Width of the net.
        num_layers: Residual layers of the net.
        num_steps: T.
        inference_step: t in evaluation, 0 to T; 0 adds nothing.
        noise: In evaluation: "zero", or "content": the embedding itself, rotated, as long as noise is.
        scale: s; None takes sqrt(D), for embeddings of unit length. It is stored with the model.
        dropout: Probability of zeroing a hidden value, in [0, 1).

    Raises:
        InputError: A value is out of range or a name is unknown.

    Source: K. Nam and others, 2025 (SEED: noise on clean and noisy embeddings, a residual multi-layer
    perceptron, prediction of the clean embedding), with one step in place of a chain; J. Ho and others, 2020;
    A. Nichol and P. Dhariwal, 2021 (cosine schedule).
    """

    rotation: torch.Tensor

    def __init__(
        self,
        dim: int,
        *,
        hidden_dim: int | None = None,
        num_layers: int = 3,
        num_steps: int = 1000,
        inference_step: int = 50,
        noise: DiffusionNoise = "zero",
        scale: float | None = None,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        width = 2 * dim if hidden_dim is None else hidden_dim
        if min(dim, width, num_layers, num_steps) < 1 or not 0.0 <= dropout < 1.0:
            raise InputError(
                "expected a positive dim, hidden_dim, num_layers and num_steps and a dropout in [0, 1), "
                f"got {dim}, {width}, {num_layers}, {num_steps} and {dropout}"
            )
        if not 0 <= inference_step <= num_steps or (scale is not None and not scale > 0):
            raise InputError(
                f"expected inference_step in 0..{num_steps} and a positive scale, "
                f"got {inference_step} and {scale}"
            )
        if noise not in get_args(DiffusionNoise):
            raise InputError(f"expected noise zero or content, got {noise!r}")
        self.dim, self.hidden_dim, self.num_layers, self.dropout = dim, width, num_layers, dropout
        self.num_steps, self.inference_step, self.noise = num_steps, inference_step, noise
        self.scale = math.sqrt(dim) if scale is None else scale
        self.first = nn.Linear(dim, width)
        self.time = nn.Sequential(nn.Linear(_TIME_FEATURES, width), nn.SiLU(), nn.Linear(width, width))
        self.layers = nn.ModuleList([_TimedLayer(width, dropout=dropout) for _ in range(num_layers)])
        self.last = nn.Linear(width, dim)
        self.register_buffer("rotation", _rotation(dim))
        self._silence()

    def reset_parameters(self) -> None:
        """Draw all layers again, and set the correction to zero."""
        super().reset_parameters()
        self._silence()

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Map (batch, dim) to (batch, dim); in training with drawn steps and noise."""
        if embeddings.ndim != 2 or embeddings.shape[1] != self.dim:
            raise InputError(f"expected embeddings (batch, {self.dim}), got {tuple(embeddings.shape)}")
        if self.training:
            steps = torch.randint(1, self.num_steps + 1, (len(embeddings),), device=embeddings.device)
            noise = torch.randn_like(embeddings)
        else:
            steps = torch.full((len(embeddings),), self.inference_step, device=embeddings.device)
            noise = self._fixed_noise(embeddings)
        kept = self.kept_variance(steps).unsqueeze(1)  # (batch, 1)
        noisy = kept.sqrt() * self.scale * embeddings + (1.0 - kept).sqrt() * noise
        # The net sees a variance of 1 at every step, whatever the scale of the embeddings.
        return (kept.sqrt() * noisy + self._correction(noisy, steps)) / self.scale

    def kept_variance(self, steps: torch.Tensor) -> torch.Tensor:
        """a_t of steps (batch,): cos^2(pi/2 (t/T + 0.008) / 1.008) over its value at t = 0, at least 1e-3."""

        def squared_cosine(share: torch.Tensor) -> torch.Tensor:
            return torch.cos((share + 0.008) / 1.008 * math.pi / 2).square()

        share = steps.to(self.rotation.dtype) / self.num_steps
        return (squared_cosine(share) / squared_cosine(torch.zeros_like(share))).clamp(min=1e-3)

    def _fixed_noise(self, embeddings: torch.Tensor) -> torch.Tensor:
        if self.noise == "zero":
            return torch.zeros_like(embeddings)
        # A rotation spreads every direction over all: to the net it looks like noise, and it is continuous.
        return F.normalize(embeddings @ self.rotation, dim=1) * math.sqrt(self.dim)

    def _correction(self, noisy: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        hidden = self.first(noisy)
        times = self.time(_time_features(steps / self.num_steps, noisy.dtype))
        for layer in self.layers:
            hidden = layer(hidden, times)
        correction: torch.Tensor = self.last(hidden)
        return correction

    def _silence(self) -> None:
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)


class _TimedLayer(nn.Module):
    """h + W silu(U norm(h) + time): a residual layer that knows the step."""

    def __init__(self, width: int, *, dropout: float) -> None:
        super().__init__()
        self.norm, self.inner = nn.LayerNorm(width), nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        added: torch.Tensor = self.outer(self.dropout(F.silu(self.inner(self.norm(hidden)) + times)))
        return hidden + added


def _rotation(dim: int) -> torch.Tensor:
    """A rotation that is the same in every model of a dimension."""
    generator = torch.Generator().manual_seed(dim)
    rotation: torch.Tensor = torch.linalg.qr(torch.randn(dim, dim, generator=generator)).Q
    return rotation.contiguous()


def _time_features(share: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Sines and cosines of t/T at frequencies from 1 to 1000 radians, (batch, 32)."""
    frequencies = torch.logspace(0, 3, _TIME_FEATURES // 2, device=share.device)
    angles = share.unsqueeze(1) * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1).to(dtype)
