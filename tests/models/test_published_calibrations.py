import pytest

from kowairo.core import InputError
from kowairo.models.published_calibrations import published_calibration


@pytest.mark.parametrize("name", ["campplus", "ge2e"])
def test_a_published_encoder_has_ratios_and_thresholds_that_were_checked(name):
    facts = published_calibration(name)
    assert facts["calibration"]["scale"] > 0.0
    points = facts["operating_points"]["points"]
    assert points["far_0.01"]["threshold"] > points["eer"]["threshold"]
    assert facts["checked"]["points"].keys() == points.keys()
    assert all(rate["kept"] for sides in facts["checked"]["points"].values() for rate in sides.values())


def test_another_name_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="no calibration of 'base'; there are campplus, ge2e"):
        published_calibration("base")
