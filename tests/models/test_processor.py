import pytest
import torch

from kowairo.models.processor import has_fast_bf16


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"amx_bf16": True, "avx512_bf16": True}, True),
        ({"amx_bf16": False, "avx512_bf16": True}, True),
        ({"avx2": True}, False),
    ],
)
def test_a_cpu_is_known_by_its_instructions(monkeypatch, flags, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags)
    assert has_fast_bf16(torch.device("cpu")) is expected


def test_a_gpu_that_emulates_bfloat16_does_not_count(monkeypatch):
    asked = {}
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **options: asked.update(options) or True)
    assert has_fast_bf16(torch.device("cuda"))
    assert asked == {"including_emulation": False}
