"""WeSpeaker's ECAPA-TDNN, written straight from its keys, against ours with the same weights."""

import torch
import torch.nn.functional as F

from kowairo.models import EcapaBatchNorm, load_backbone
from kowairo.models.wespeaker_ecapa_keys import speechbrain_state

_WIDTH, _SCALE, _POOLED, _MELS = 32, 8, 24, 80


def _shapes():
    shapes = {"layer1.conv": (_WIDTH, _MELS, 5), "layer1.bn": (_WIDTH,)}
    part = _WIDTH // _SCALE
    for layer in ("layer2", "layer3", "layer4"):
        block = f"{layer}.se_res2block"
        for outer in (0, 2):
            shapes |= {f"{block}.{outer}.conv": (_WIDTH, _WIDTH, 1), f"{block}.{outer}.bn": (_WIDTH,)}
        for i in range(_SCALE - 1):
            shapes |= {f"{block}.1.convs.{i}": (part, part, 3), f"{block}.1.bns.{i}": (part,)}
        shapes |= {f"{block}.3.linear1": (16, _WIDTH), f"{block}.3.linear2": (_WIDTH, 16)}
    shapes |= {"conv": (_POOLED, 3 * _WIDTH, 1), "bn": (2 * _POOLED,), "linear": (12, 2 * _POOLED)}
    return shapes | {"pool.linear1": (8, 3 * _POOLED, 1), "pool.linear2": (_POOLED, 8, 1)}


def _state():
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in _shapes().items():
        weight = torch.randn(shape, generator=generator)
        if len(shape) == 1:
            state[f"{name}.running_mean"] = 0.1 * torch.randn(shape, generator=generator)
            state[f"{name}.running_var"] = 0.5 + torch.rand(shape, generator=generator)
            state[f"{name}.num_batches_tracked"] = torch.tensor(3)
            weight = 1.0 + 0.1 * weight
        else:
            weight = weight / weight[0].numel() ** 0.5
        state[f"{name}.weight"] = weight
        state[f"{name}.bias"] = 0.1 * torch.randn(shape[0], generator=generator)
    return state


def _norm(x, s, name):
    mean, var = s[f"{name}.running_mean"], s[f"{name}.running_var"]
    return F.batch_norm(x, mean, var, s[f"{name}.weight"], s[f"{name}.bias"])


def _conv(x, s, name, dilation=1):
    weight = s[f"{name}.weight"]
    edge = dilation * (weight.shape[2] - 1) // 2
    return F.conv1d(x, weight, s[f"{name}.bias"], padding=edge, dilation=dilation)


def _block(x, s, name, dilation):
    out = _norm(_conv(x, s, f"{name}.0.conv").relu(), s, f"{name}.0.bn")
    parts = list(out.split(_WIDTH // _SCALE, dim=1))
    for i in range(_SCALE - 1):
        part = parts[i] if i == 0 else parts[i] + parts[i - 1]
        parts[i] = _norm(_conv(part, s, f"{name}.1.convs.{i}", dilation).relu(), s, f"{name}.1.bns.{i}")
    out = _norm(_conv(torch.cat(parts, dim=1), s, f"{name}.2.conv").relu(), s, f"{name}.2.bn")
    linear1, linear2 = f"{name}.3.linear1", f"{name}.3.linear2"
    gates = F.linear(out.mean(dim=2), s[f"{linear1}.weight"], s[f"{linear1}.bias"]).relu()
    gates = F.linear(gates, s[f"{linear2}.weight"], s[f"{linear2}.bias"]).sigmoid()
    return x + out * gates.unsqueeze(2)


def _wespeaker_embedding(features, s):
    x = _norm(_conv(features.transpose(1, 2), s, "layer1.conv").relu(), s, "layer1.bn")
    outputs = []
    for layer, dilation in (("layer2", 2), ("layer3", 3), ("layer4", 4)):
        x = _block(x, s, f"{layer}.se_res2block", dilation)
        outputs.append(x)
    x = _conv(torch.cat(outputs, dim=1), s, "conv").relu()
    mean, std = x.mean(dim=2, keepdim=True), (x.var(dim=2, keepdim=True) + 1e-7).sqrt()
    attention = _conv(torch.cat([x, mean.expand_as(x), std.expand_as(x)], dim=1), s, "pool.linear1").tanh()
    weights = _conv(attention, s, "pool.linear2").softmax(dim=2)
    mean = (weights * x).sum(dim=2)
    std = ((weights * x**2).sum(dim=2) - mean**2).clamp(min=1e-7).sqrt()
    return F.linear(_norm(torch.cat([mean, std], dim=1), s, "bn"), s["linear.weight"], s["linear.bias"])


def test_a_file_of_wespeaker_gives_wespeakers_embeddings(tmp_path):
    state = _state()
    saved = {f"module.{key}": value for key, value in state.items()}
    torch.save(saved | {"module.projection.weight": torch.zeros(5, 12)}, tmp_path / "avg_model.pt")
    encoder = EcapaBatchNorm(
        implementation="wespeaker",
        channels=(_WIDTH,) * 4 + (_POOLED,),
        attention_channels=8,
        se_channels=16,
        embedding_dim=12,
    ).eval()
    load_backbone(tmp_path / "avg_model.pt", encoder)
    features = torch.randn(2, 40, _MELS, generator=torch.Generator().manual_seed(1))
    expected = _wespeaker_embedding(features, state)
    torch.testing.assert_close(encoder.embed_features(features), expected, atol=1e-4, rtol=1e-4)


def test_speechbrains_own_keys_are_kept():
    state = {"blocks.0.conv.conv.weight": torch.zeros(2, 3, 5), "fc.conv.bias": torch.zeros(2)}
    renamed = speechbrain_state(state, res2net_scale=8)
    assert list(renamed) == list(state)
