import pytest

from kowairo.report.names import condition_label, normalization_label, set_label, system_label, trials_label


def test_an_enhanced_system_names_its_net():
    assert system_label("ecapa+linear_v1") == "ECAPA + linear_v1"


@pytest.mark.parametrize("name", ["as", "AS-norm", "as_norm", "adaptive_s", "adaptive_s_norm"])
def test_spellings_of_as_norm_have_one_name(name):
    assert normalization_label(name) == "AS-norm"


def test_durations_read_as_ranges():
    assert condition_label("duration_2_4s") == "duration 2–4 s"
    assert condition_label("duration_under_2s") == "duration under 2 s"


def test_unknown_names_are_kept():
    assert system_label("mine") == "mine"
    assert set_label("extra") == "extra"
    assert trials_label("trials_same_emotion") == "same emotion"
    assert normalization_label("odd") == "odd"
