import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import _string_hash
from kowairo.core.string_array import StringArray


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_one_string_hashes_as_many_do(texts):
    expected = [_string_hash.hash_of(text.encode()) for text in texts]
    assert StringArray.from_texts(texts).hashes().tolist() == expected


def test_names_of_lines_spread_over_all_bits():
    texts = StringArray.from_texts(f"char{n // 100:04d}-{n % 100:03d}" for n in range(100_000))
    hashes = texts.hashes()
    assert len(np.unique(hashes)) == 100_000
    assert np.bincount((hashes >> np.uint64(56)).astype(int), minlength=256).min() > 300  # 391 on average
    assert np.bincount((hashes & np.uint64(255)).astype(int), minlength=256).min() > 250
