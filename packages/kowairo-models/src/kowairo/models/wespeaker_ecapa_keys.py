"""WeSpeaker's ECAPA-TDNN states under SpeechBrain's keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch

# WeSpeaker's names and ours, the first that fits. Both number their Res2Net parts from 0.
_NAMES = (
    (r"^layer1\.conv\.", "blocks.0.conv.conv."),
    (r"^layer1\.bn\.", "blocks.0.norm.norm."),
    (r"^layer(\d)\.se_res2block\.0\.conv\.", r"blocks.<\1>.tdnn1.conv.conv."),
    (r"^layer(\d)\.se_res2block\.0\.bn\.", r"blocks.<\1>.tdnn1.norm.norm."),
    (r"^layer(\d)\.se_res2block\.1\.convs\.(\d+)\.", r"blocks.<\1>.res2net_block.blocks.\2.conv.conv."),
    (r"^layer(\d)\.se_res2block\.1\.bns\.(\d+)\.", r"blocks.<\1>.res2net_block.blocks.\2.norm.norm."),
    (r"^layer(\d)\.se_res2block\.2\.conv\.", r"blocks.<\1>.tdnn2.conv.conv."),
    (r"^layer(\d)\.se_res2block\.2\.bn\.", r"blocks.<\1>.tdnn2.norm.norm."),
    (r"^layer(\d)\.se_res2block\.3\.linear([12])\.", r"blocks.<\1>.se_block.conv\2.conv."),
    (r"^conv\.", "mfa.conv.conv."),
    (r"^pool\.linear1\.", "asp.tdnn.conv.conv."),
    (r"^pool\.linear2\.", "asp.conv.conv."),
    (r"^bn\.", "asp_bn.norm."),
    (r"^linear\.", "fc.conv."),
)
# WeSpeaker leaves the last part of a Res2Net block as it is, SpeechBrain the first.
_ROLLED_OUTPUTS = re.compile(r"^layer\d\.se_res2block\.0\.")
_ROLLED_INPUTS = re.compile(r"^layer\d\.se_res2block\.2\.conv\.weight$")


def speechbrain_state(state: Mapping[str, torch.Tensor], *, res2net_scale: int) -> dict[str, torch.Tensor]:
    """The same network under SpeechBrain's keys.

    Linear layers become convolutions of kernel 1. The channels around each Res2Net block are rolled by one
    part, so that the part that is left as it is comes first; the network computes the same.

    Args:
        state: WeSpeaker's keys without prefix.
        res2net_scale: parts of a Res2Net block.

    Returns:
        The renamed tensors; keys that are not WeSpeaker's are kept as they are.
    """
    renamed = {}
    for key, value in state.items():
        name = _renamed(key)
        if value.ndim > 0 and _ROLLED_OUTPUTS.search(key):
            value = value.roll(value.shape[0] // res2net_scale, dims=0)
        elif _ROLLED_INPUTS.search(key):
            value = value.roll(value.shape[1] // res2net_scale, dims=1)
        is_linear = name.endswith("conv.weight") and value.ndim == 2
        renamed[name] = value.unsqueeze(2) if is_linear else value
    return renamed


def _renamed(key: str) -> str:
    for pattern, replacement in _NAMES:
        name, count = re.subn(pattern, replacement, key)
        if count:
            # Layers are numbered from 1, blocks from 0.
            return re.sub(r"<(\d)>", lambda match: str(int(match[1]) - 1), name)
    return key
