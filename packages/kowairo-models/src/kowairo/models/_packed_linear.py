"""Matrix products with weights that are laid out once for the processor."""

from __future__ import annotations

from functools import cache

import torch
import torch.nn.functional as F


class PackedLinear:
    """x W' + b, optionally rectified, for weights that do not change.

    oneDNN, which torch carries, reads weights fastest in blocks of its own. torch lays them out anew in every
    product unless they are kept in that layout; then the products of ECAPA-TDNN take a fifth less time, and
    the ReLU is computed while the result is in registers. The two operators are those that torch's own
    compiler calls; where a build of torch lacks them, or cannot pack this type, the plain product is taken.

    Args:
        weight: (out, in).
        bias: (out,), or None.
        dtype: type of weights, inputs and results; sums are float32.
        rectified: whether max(0, .) follows.
    """

    def __init__(
        self, weight: torch.Tensor, bias: torch.Tensor | None, *, dtype: torch.dtype, rectified: bool = False
    ) -> None:
        self._weight = weight.detach().to(dtype).contiguous()
        self._bias = None if bias is None else bias.detach().to(dtype)
        self._after = "relu" if rectified else "none"
        self._packed = can_pack(dtype)
        if self._packed:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight)

    def __call__(self, x: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
        """Products of rows.

        Args:
            x: (rows, in), of the layer's type.
            bias: (out,), in the place of the layer's own.

        Returns:
            (rows, out), of the layer's type.
        """
        bias = self._bias if bias is None else bias
        if self._packed:
            product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
                x, self._weight, bias, self._after, [], ""
            )
            return product
        product = F.linear(x, self._weight, bias)
        return product.relu_() if self._after == "relu" else product


@cache
def can_pack(dtype: torch.dtype) -> bool:
    """Whether this build of torch and this processor multiply by packed weights of a type.

    Args:
        dtype: torch.float32 or torch.bfloat16.
    """
    try:
        ones = torch.ones(16, 16, dtype=dtype)
        packed = torch.ops.mkldnn._reorder_linear_weight(ones)
        product = torch.ops.mkldnn._linear_pointwise(ones, packed, None, "relu", [], "")
    except (AttributeError, RuntimeError):
        return False
    return bool((product == 16).all())
