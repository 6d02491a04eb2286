import numpy as np
import pytest
import soundfile

from kowairo.core import InputError
from kowairo.data.augment import default_augmentation, pack_signals
from kowairo.testing.augmentation import check_augmentation


@pytest.fixture
def material(tmp_path, noise_like):
    for index, name in enumerate(("noise", "music", "speech", "rir")):
        samples = noise_like(20000, seed=index)
        if name == "rir":
            samples = samples[:2000] * np.exp(-np.arange(2000, dtype=np.float32) / 200)
        soundfile.write(tmp_path / f"{name}.flac", samples, 16000)
        (tmp_path / f"{name}.scp").write_text(f"{name}1 {name}.flac\n")
        pack_signals(tmp_path / f"{name}.scp")
    return tmp_path


def test_the_default_keeps_the_contract(material):
    check_augmentation(default_augmentation(material, probability=1.0))


def test_probability_zero_leaves_every_crop_alone(material, noise_like):
    clean = default_augmentation(material, probability=0.0)
    speech = noise_like(100)
    assert all(clean(speech, rng=np.random.default_rng(i)) is speech for i in range(20))


def test_most_crops_change_at_probability_one(material, noise_like):
    augment = default_augmentation(material, probability=1.0)
    speech = noise_like(1000)
    changed = sum(
        not np.array_equal(augment(speech, rng=np.random.default_rng(i)), speech) for i in range(200)
    )
    # Nothing happens with probability 0.7 x 0.25 x 0.75 x 0.3 = 4 %.
    assert 180 <= changed <= 200


@pytest.mark.parametrize("kept", ["noise", "rir"])
def test_one_table_is_enough(material, kept):
    for table in material.glob("*.scp"):
        if table.stem != kept:
            table.unlink()
    check_augmentation(default_augmentation(material, probability=1.0), lengths=(4000,))


def test_a_folder_without_material_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"expected noise\.scp"):
        default_augmentation(tmp_path)


def test_nothing_in_it_becomes_an_outlier_over_many_crops(material, noise_like):
    augment = default_augmentation(material, probability=1.0)
    speech = noise_like(4000, level=0.3)
    for seed in range(300):
        out = augment(speech, rng=np.random.default_rng(seed))
        assert np.isfinite(out).all()
        assert 0.01 < np.sqrt(np.mean(out**2)) <= 1.0
