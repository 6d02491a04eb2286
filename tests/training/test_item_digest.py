import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import StringArray
from kowairo.training import item_digest
from kowairo.training.training_items import TrainingItems


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(item_digest, "_BLOCK", 3)


@given(st.lists(st.text(max_size=4)), st.lists(st.text(max_size=4)))
def test_the_digest_is_that_of_the_json_text_of_the_lists(utts, classes):
    utts = [utt.replace("\0", "0") for utt in utts]
    labels = np.arange(len(utts), dtype=np.int64) - 1
    found = hashlib.sha256()
    item_digest.enter_items(found, TrainingItems(StringArray.from_texts(utts), labels, classes))
    whole = json.dumps([utts, labels.tolist(), classes]).encode()
    assert found.hexdigest() == hashlib.sha256(whole).hexdigest()
