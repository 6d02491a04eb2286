import pytest

from kowairo.core import InputError
from kowairo.data.augment import AdditiveNoise, Gain, HighPass, Sometimes, Unchanged


@pytest.mark.parametrize("limits", [(5.0, 1.0), (0.0, float("inf")), (float("nan"), 1.0), (1.0,)])
def test_a_range_must_be_finite_and_in_order(limits):
    with pytest.raises(InputError, match=r"gain_db: expected .*\(low, high\)"):
        Gain(gain_db=limits)


@pytest.mark.parametrize("limits", [(0.0, 100.0), (100.0, 8000.0)])
def test_a_cutoff_must_lie_inside_the_spectrum(limits):
    with pytest.raises(InputError, match="above 0 and below 8000 Hz"):
        HighPass(cutoff_hz=limits)


@pytest.mark.parametrize("probability", [-0.1, 1.5, float("nan")])
def test_a_probability_must_be_one(probability):
    with pytest.raises(InputError, match="between 0 and 1"):
        Sometimes(Unchanged(), probability=probability)


def test_the_error_of_an_empty_table_names_it(tmp_path):
    (tmp_path / "noise.scp").write_text("")
    with pytest.raises(InputError, match=r"at least one in .*noise\.scp"):
        AdditiveNoise(tmp_path / "noise.scp")
