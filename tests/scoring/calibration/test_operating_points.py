import json

import pytest

from kowairo.core import InputError
from kowairo.scoring import Interval
from kowairo.scoring.calibration import OperatingPoint, OperatingPoints


def _points():
    point = OperatingPoint(
        name="far_0.01",
        threshold=1.25,
        far=Interval(0.01, 0.008, 0.013),
        frr=Interval(0.2, 0.15, 0.26),
        num_false_alarms=40,
        num_misses=400,
        num_target=2000,
        num_nontarget=4000,
        num_speakers=41,
        trials="dev/trials",
    )
    reason = "not supported by this many trials: 4 errors seen, 30 needed"
    return OperatingPoints({"far_0.01": point}, {"far_0.001": reason})


def test_a_score_on_the_threshold_is_accepted():
    assert _points()["far_0.01"].apply([1.2, 1.25, 1.3]).tolist() == [False, True, True]


def test_a_score_that_is_no_number_is_not_decided():
    with pytest.raises(InputError, match="finite"):
        _points()["far_0.01"].apply([float("nan")])


def test_points_come_back_equal_from_their_file(tmp_path):
    _points().save(tmp_path / "points.json")
    assert OperatingPoints.load(tmp_path / "points.json") == _points()


def test_the_file_is_json_that_a_person_can_read(tmp_path):
    _points().save(tmp_path / "points.json")
    content = json.loads((tmp_path / "points.json").read_text())
    assert content["points"]["far_0.01"]["far"] == {"value": 0.01, "low": 0.008, "high": 0.013}
    assert content["unsupported"]["far_0.001"].startswith("not supported by this many trials")


def test_an_unsupported_point_says_why_and_an_unknown_one_names_the_others():
    with pytest.raises(InputError, match=r"'far_0\.001': not supported by this many trials: 4 errors"):
        _points()["far_0.001"]
    with pytest.raises(InputError, match=r"'eer': not among far_0\.01"):
        _points()["eer"]


@pytest.mark.parametrize(
    "content",
    ["[]", '{"kind": "other"}', '{"kind": "operating_points"}', '{"kind": "operating_points", "points": 3}'],
)
def test_another_file_is_refused(content, tmp_path):
    (tmp_path / "points.json").write_text(content)
    with pytest.raises(InputError, match=r"points\.json"):
        OperatingPoints.load(tmp_path / "points.json")


def test_a_point_with_a_missing_field_is_refused(tmp_path):
    content = _points().as_json()
    del content["points"]["far_0.01"]["frr"]
    (tmp_path / "points.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match="not operating points: 'frr'"):
        OperatingPoints.load(tmp_path / "points.json")
