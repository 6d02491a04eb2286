import numpy as np
import pytest
import soundfile

from kowairo.core import InputError
from kowairo.data.synth.flaws import spoil

SAMPLES = 0.1 * np.random.default_rng(0).standard_normal(32000)


@pytest.mark.parametrize("flaw", ["empty_file", "text_file", "truncated"])
def test_files_that_cannot_be_decoded(tmp_path, flaw):
    spoil(tmp_path / "a", SAMPLES, flaw)

    with pytest.raises(soundfile.LibsndfileError):
        soundfile.info(tmp_path / "a")


def test_a_silent_file_holds_zeros_of_the_same_length(tmp_path):
    spoil(tmp_path / "a", SAMPLES, "silent")
    samples, rate = soundfile.read(tmp_path / "a")

    assert rate == 16000
    assert samples.shape == SAMPLES.shape
    assert not samples.any()


def test_a_file_that_is_not_finite_holds_nan(tmp_path):
    spoil(tmp_path / "a", SAMPLES, "not_finite")

    assert np.isnan(soundfile.read(tmp_path / "a")[0]).all()


def test_an_unknown_flaw_is_refused(tmp_path):
    with pytest.raises(InputError, match="'mislabelled' is not a way to break a file"):
        spoil(tmp_path / "a", SAMPLES, "mislabelled")
