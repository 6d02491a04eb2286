"""The computation of ECAPA-TDNN with GroupNorm over `ecapa_weights`, channels last.

Rows are frames: a 1x1 convolution is one matrix product over (batch * time, channels). Sums of norms and of pooling are
float32 also where products run in bfloat16.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .ecapa_weights import (
    ConvWeights,
    EcapaWeights,
    NormWeights,
    PoolingWeights,
    SeRes2NetWeights,
    TdnnWeights,
)


def conv(x, weights: ConvWeights, dilation: int = 1):
    w = weights.conv.weight
    if w.shape[2] > 1:
        k = w.shape[2]
        pad = dilation * (k - 1) // 2
        t = x.shape[1]
        x = torch.cat([x[:, 1 : pad + 1].flip(1), x, x[:, -pad - 1 : -1].flip(1)], 1)
        x = torch.cat([x[:, j * dilation : j * dilation + t] for j in range(k)], 2)
        w = w.transpose(1, 2)
    return F.linear(x, w.reshape(w.shape[0], -1), weights.conv.bias)


def norm(x, weights: NormWeights):
    n = weights.norm
    y = x.unsqueeze(2).permute(0, 3, 1, 2)
    return F.group_norm(y, n.num_groups, n.weight, n.bias, n.eps).permute(0, 2, 3, 1).squeeze(2)


def tdnn(x, w: TdnnWeights):
    return norm(F.relu(conv(x, w.conv, w.dilation)), w.norm)


def block(x, w: SeRes2NetWeights):
    residual = x if w.shortcut is None else conv(x, w.shortcut)
    parts = list(tdnn(x, w.tdnn1).chunk(w.res2net_block.scale, 2))
    for i, sub in enumerate(w.res2net_block.blocks, 1):
        parts[i] = tdnn(parts[i] if i == 1 else parts[i] + parts[i - 1], sub)
    y = tdnn(torch.cat(parts, 2), w.tdnn2)
    s = y.mean(1, dtype=torch.float32)
    s = F.relu(F.linear(s, w.se_block.conv1.conv.weight[:, :, 0], w.se_block.conv1.conv.bias))
    s = torch.sigmoid(F.linear(s, w.se_block.conv2.conv.weight[:, :, 0], w.se_block.conv2.conv.bias))
    return torch.addcmul(residual, y, s.to(y.dtype).unsqueeze(1))


def pool(x, w: PoolingWeights):
    wt = w.tdnn.conv.conv.weight[:, :, 0]
    c = x.shape[2]
    xf = x.float()
    mean = xf.mean(1)
    std = (xf - mean.unsqueeze(1)).square().mean(1).clamp(min=1e-12).sqrt()
    const = F.linear(torch.cat([mean, std], 1), wt[:, c:], w.tdnn.conv.conv.bias)
    a = F.linear(x, wt[:, :c]) + const.unsqueeze(1)
    a = torch.tanh(norm(F.relu(a), w.tdnn.norm))
    a = conv(a, w.conv).float().softmax(1)
    mean = (a * xf).sum(1)
    std = (a * (xf - mean.unsqueeze(1)).square()).sum(1).clamp(min=1e-12).sqrt()
    return torch.cat([mean, std], 1)


def ecapa_embedding(features, w: EcapaWeights):
    x = tdnn(features, w.blocks[0])
    outs = []
    for b in list(w.blocks)[1:]:
        x = block(x, b)
        outs.append(x)
    x = tdnn(torch.cat(outs, 2), w.mfa)
    x = pool(x, w.asp)
    n = w.asp_bn.norm
    x = F.group_norm(x, n.num_groups, n.weight, n.bias, n.eps)
    return F.linear(x, w.fc.conv.weight[:, :, 0], w.fc.conv.bias).float()
