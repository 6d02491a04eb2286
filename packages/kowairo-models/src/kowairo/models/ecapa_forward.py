"""The computation of ECAPA-TDNN with GroupNorm over `ecapa_weights`, channels last.

Rows are frames: a convolution of kernel 1 is one matrix product over (batch * time, channels). Sums of norms
and of pooling are float32 also where products run in bfloat16 under autocast.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F

from .ecapa_operations import EcapaOperations
from .ecapa_weights import ConvWeights, EcapaWeights, PoolingWeights, SeRes2NetWeights, TdnnWeights


def ecapa_embedding(
    features: torch.Tensor, weights: EcapaWeights, *, operations: EcapaOperations
) -> torch.Tensor:
    """Embeddings of features.

    Args:
        features: (batch, time, features).
        weights: parameters of the network.
        operations: what to compute with.

    Returns:
        (batch, dim), float32.
    """
    x = _tdnn(features, cast(TdnnWeights, weights.blocks[0]), operations)
    outputs = []
    for block in weights.blocks[1:]:
        x = _se_res2net(x, cast(SeRes2NetWeights, block), operations)
        outputs.append(x)
    x = _tdnn(torch.cat(outputs, dim=2), weights.mfa, operations)
    pooled = _pool(x, weights.asp, operations)  # (batch, 2 channels), float32
    norm = weights.asp_bn.norm
    with torch.autocast(features.device.type, enabled=False):
        normal = F.group_norm(pooled, norm.num_groups, norm.weight, norm.bias, norm.eps)
        return _linear(normal, weights.fc)


def _linear(x: torch.Tensor, weights: ConvWeights) -> torch.Tensor:
    return F.linear(x, weights.conv.weight.squeeze(2), weights.conv.bias)


def _tdnn(x: torch.Tensor, weights: TdnnWeights, operations: EcapaOperations) -> torch.Tensor:
    conv = weights.conv.conv
    if conv.weight.shape[2] == 1:
        return _relu_norm(_linear(x, weights.conv), weights, operations)
    bias = cast(torch.Tensor, conv.bias)
    return _relu_norm(
        operations.reflect_convolution(x, conv.weight, bias, weights.dilation), weights, operations
    )


def _relu_norm(x: torch.Tensor, weights: TdnnWeights, operations: EcapaOperations) -> torch.Tensor:
    norm = weights.norm.norm
    return operations.relu_group_norm(x, norm.weight, norm.bias, norm.num_groups, norm.eps)


def _se_res2net(x: torch.Tensor, weights: SeRes2NetWeights, operations: EcapaOperations) -> torch.Tensor:
    shortcut = x if weights.shortcut is None else _linear(x, weights.shortcut)
    res2net = weights.res2net_block
    parts = list(_tdnn(x, weights.tdnn1, operations).chunk(res2net.scale, dim=2))
    for i, block in enumerate(res2net.blocks, start=1):
        part = parts[i] if i == 1 else parts[i] + parts[i - 1]
        parts[i] = _tdnn(part, cast(TdnnWeights, block), operations)
    x = _tdnn(torch.cat(parts, dim=2), weights.tdnn2, operations)
    squeezed = F.relu(_linear(operations.mean_over_time(x), weights.se_block.conv1))
    gates = torch.sigmoid(_linear(squeezed, weights.se_block.conv2))  # (batch, channels)
    return operations.gated_sum(shortcut, x, operations.per_frame(gates.to(x.dtype)))


def _pool(x: torch.Tensor, weights: PoolingWeights, operations: EcapaOperations) -> torch.Tensor:
    # The attention sees each frame beside the utterance's mean and deviation. Those do not change with time,
    # so their part of the product is computed once per utterance: two thirds of this layer's work are saved.
    channels = x.shape[2]
    weight = weights.tdnn.conv.conv.weight.squeeze(2)
    frame_weight, context_weight = weight[:, :channels], weight[:, channels:]
    context = F.linear(operations.statistics(x), context_weight, weights.tdnn.conv.conv.bias)
    attention = F.linear(x, frame_weight) + operations.per_frame(context)
    attention = torch.tanh(_relu_norm(attention, weights.tdnn, operations))
    return operations.attentive_statistics(x, _linear(attention, weights.conv))
