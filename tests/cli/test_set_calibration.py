import pytest

from kowairo.cli.evaluated_sets import EvaluatedSet, EvaluationFiles, Measurement
from kowairo.cli.label_tables import read_labels
from kowairo.cli.set_calibration import SetCalibration
from kowairo.core import read_json, read_scores, read_trials


@pytest.fixture
def sets(lists):
    found = []
    for name in ("dev", "eval"):
        one = EvaluatedSet(name, lists / name, read_labels(lists / name), {})
        one.lists["trials"] = read_trials(lists / name / "trials")
        one.scores["trials", "none"] = read_scores(lists / name / "weak")
        one.scores["trials", "as"] = read_scores(lists / name / "strong")
        found.append(one)
    return found


def test_the_first_set_that_serves_is_chosen(sets):
    assert SetCalibration.choose(sets, ["valid", "eval", "dev"], (), fewest=20).development is sets[1]


@pytest.mark.parametrize(
    ("known", "fewest", "message"),
    [([], 25, "24 speakers, 25 needed"), (["dev03"], 20, "shares speakers with the cohort")],
)
def test_why_a_set_does_not_serve_is_said(sets, capsys, known, fewest, message):
    assert SetCalibration.choose(sets, ["dev"], known, fewest=fewest) is None
    assert message in capsys.readouterr().out


def test_every_normalisation_is_calibrated_for_the_other_sets_alone(sets, tmp_path):
    measurement = Measurement(EvaluationFiles("toy", tmp_path), None, 0, 20, 0)
    SetCalibration(sets[0]).calibrate(None, sets, measurement)
    results = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert results == ["toy.eval.trials.as+calibrated.json", "toy.eval.trials.calibrated.json"]
    row = read_json(tmp_path / "results" / results[1])
    assert row["min_cllr"] <= row["cllr"] < row["min_cllr"] + 0.05
    points = read_json(tmp_path / "operating_points" / "toy.calibrated.json")
    assert points["points"]["eer"]["trials"] == "dev/trials"


def test_a_set_of_the_same_speakers_is_left_out(sets, tmp_path, capsys):
    measurement = Measurement(EvaluationFiles("toy", tmp_path), None, 0, 20, 0)
    again = EvaluatedSet("again", sets[0].folder, sets[0].tables, sets[0].lists, sets[0].scores)
    SetCalibration(sets[0]).calibrate(None, [sets[0], again], measurement)
    assert "again: not calibrated, shares 24 speakers with dev" in capsys.readouterr().out
    assert not (tmp_path / "results").exists()
