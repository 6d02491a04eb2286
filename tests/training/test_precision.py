import pytest
import torch

from kowairo.core import InputError
from kowairo.training.precision import resolve_precision

CPU = torch.device("cpu")


def test_names_are_taken_at_their_word():
    assert resolve_precision("fp32", CPU) is torch.float32
    assert resolve_precision("bf16", CPU) is torch.bfloat16


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"amx_bf16": True, "avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": False, "avx512_bf16": True}, torch.bfloat16),
        ({"avx2": True}, torch.float32),
    ],
)
def test_auto_follows_the_processor(monkeypatch, flags, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags)
    assert resolve_precision("auto", CPU) is expected


def test_another_name_is_refused():
    with pytest.raises(InputError, match="auto, fp32 or bf16"):
        resolve_precision("fp16", CPU)
