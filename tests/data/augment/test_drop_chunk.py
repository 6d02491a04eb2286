import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.data.augment import DropChunk
from kowairo.testing.augmentation import check_augmentation


def silent_runs(samples):
    """Lengths of the stretches of zeros."""
    edges = np.diff(np.concatenate([[0], (samples == 0).astype(int), [0]]))
    return np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)


def test_drop_chunk_keeps_the_contract():
    check_augmentation(DropChunk())


def test_one_stretch_of_a_known_length_is_silent_and_the_rest_untouched(noise_like):
    speech = noise_like(16000)
    dropped = DropChunk(count=(1, 1), length_s=(0.05, 0.05))(speech, rng=np.random.default_rng(0))
    assert silent_runs(dropped).tolist() == [800]
    assert np.array_equal(dropped[dropped != 0], speech[dropped != 0])


def test_all_counts_and_places_occur(noise_like):
    speech = noise_like(16000)
    drop = DropChunk(count=(1, 3), length_s=(0.01, 0.01))
    results = [drop(speech, rng=np.random.default_rng(seed)) for seed in range(300)]
    assert {len(silent_runs(result)) for result in results} == {1, 2, 3}
    assert np.all(np.mean([result[::800] == 0 for result in results], axis=0)[1:] > 0)


def test_no_stretch_is_longer_than_half_of_the_signal(noise_like):
    dropped = DropChunk(count=(1, 1))(noise_like(500), rng=np.random.default_rng(0))
    assert silent_runs(dropped).tolist() == [250]


def test_ranges_that_are_none_are_refused():
    with pytest.raises(InputError, match="count"):
        DropChunk(count=(3, 1))
    with pytest.raises(InputError, match="length_s"):
        DropChunk(length_s=(-0.1, 0.1))
