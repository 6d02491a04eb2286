import numpy as np
import pytest
import soundfile

from kowairo.core import InputError
from kowairo.data.augment import pack_signals, six_way_augmentation
from kowairo.testing.augmentation import check_augmentation

RATE_HZ = 16000


def tone(frequency_hz, seconds=2.0):
    return (0.1 * np.sin(2 * np.pi * frequency_hz * np.arange(RATE_HZ * seconds) / RATE_HZ)).astype(
        np.float32
    )


@pytest.fixture
def material(tmp_path):
    """Noise, music and talkers that can be told apart by their frequency; a room of one late echo."""
    echo = np.zeros(801, dtype=np.float32)
    echo[[0, 800]] = 0.9, 0.4
    signals = {"noise": tone(7000), "music": tone(5000), "speech": tone(3000), "rir": echo}
    for name, samples in signals.items():
        soundfile.write(tmp_path / f"{name}.flac", samples, RATE_HZ)
        (tmp_path / f"{name}.scp").write_text(f"{name}1 {name}.flac\n")
        pack_signals(tmp_path / f"{name}.scp")
    return tmp_path


def heard(samples):
    """Power of voice, talkers, music and noise."""
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    size = len(samples) / RATE_HZ
    return [spectrum[round(hz * size) - 3 : round(hz * size) + 4].sum() for hz in (1000, 3000, 5000, 7000)]


def test_six_way_keeps_the_contract(material):
    check_augmentation(six_way_augmentation(material))


def test_the_six_are_equally_likely_at_their_snrs(material):
    augment, voice = six_way_augmentation(material), tone(1000)
    counts, ratios_db = {}, {1: [], 2: [], 3: []}
    for seed in range(600):
        speech, *others = heard(augment(voice, rng=np.random.default_rng(seed)))
        present = tuple(index for index, power in enumerate(others, start=1) if power > 1e-4 * speech)
        counts[present] = counts.get(present, 0) + 1
        if len(present) == 1:
            ratios_db[present[0]].append(10 * np.log10(speech / others[present[0] - 1]))
    # A room leaves no trace in these bands: it counts with the clean sixth. Five sigmas are 46.
    assert set(counts) == {(), (1,), (2,), (3,), (1, 2)}
    assert counts.pop(()) == pytest.approx(200, abs=58)
    assert list(counts.values()) == pytest.approx([100] * 4, abs=46)
    for kind, low_db, high_db in ((2, 5.0, 15.0), (3, 0.0, 15.0)):
        assert min(ratios_db[kind]) == pytest.approx(low_db, abs=0.6)
        assert max(ratios_db[kind]) == pytest.approx(high_db, abs=0.6)
        assert low_db - 0.1 < min(ratios_db[kind]) <= max(ratios_db[kind]) < high_db + 0.1


def test_the_gain_is_seven_times_in_ten_within_five_db(material):
    augment, voice = six_way_augmentation(material), tone(1000)
    gains_db = []
    for seed in range(600):
        out = augment(voice, rng=np.random.default_rng(seed))
        gains_db.append(10 * np.log10(heard(out)[0] / heard(voice)[0]))
    # 0.3 of all, less those with a room, which takes some of the voice's power for its echo; 3 sigmas: 0.056.
    assert 0.25 - 0.056 < np.mean(np.abs(gains_db) < 0.01) < 0.3 + 0.056
    assert max(gains_db) == pytest.approx(5.0, abs=0.8)


@pytest.mark.parametrize("lost", ["noise", "music", "speech", "rir"])
def test_a_missing_table_is_named(material, lost):
    (material / f"{lost}.scp").unlink()
    with pytest.raises(InputError, match=rf"six-way augmentation also needs {lost}\.scp"):
        six_way_augmentation(material)
