import pytest
import torch

from kowairo.core import InputError
from kowairo.models.state_keys import refuse_mismatch


def test_equal_keys_and_shapes_are_accepted():
    refuse_mismatch({"a": torch.zeros(2)}, {"a": torch.ones(2)}, source="x")


def test_every_kind_of_mismatch_is_listed():
    state = {"a": torch.zeros(2), "extra": torch.zeros(1), "b": torch.zeros(3)}
    expected = {"a": torch.zeros(2), "b": torch.zeros(4), "c": torch.zeros(1)}
    message = (
        r"file: 1 of 3 tensors fit, all must; 1 missing: c; 1 unexpected: extra; "
        r"1 of another shape: b \(3,\) instead of \(4,\)"
    )
    with pytest.raises(InputError, match=message):
        refuse_mismatch(state, expected, source="file")


def test_long_lists_are_cut():
    expected = {f"key{i:02d}": torch.zeros(1) for i in range(30)}
    with pytest.raises(InputError, match=r"30 missing: key00, .*key19 and 10 more"):
        refuse_mismatch({}, expected, source="file")
