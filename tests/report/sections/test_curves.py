from dataclasses import replace

import pytest

from kowairo.report.experiment import read_experiment
from kowairo.report.sections.curves import calibration_section, scores_section


@pytest.fixture(scope="module")
def experiment(experiment_folder):
    return read_experiment(experiment_folder)


@pytest.fixture
def calibrated(experiment):
    """The same experiment with the plain scores taken for likelihood ratios as well."""
    main = next(one for one in experiment.scores if one.system == "ecapa" and one.is_plain)
    scored = replace(main.scored, label="ECAPA, calibrated")
    ratio = replace(main, normalization="calibrated", scored=scored)
    return replace(experiment, scores=[*experiment.scores, ratio])


@pytest.mark.parametrize("build", [scores_section, calibration_section])
def test_sections_without_material_are_left_out(build, tmp_path):
    assert build(read_experiment(tmp_path)) is None


def test_det_curves_are_those_of_plain_scores_and_of_the_encoders_normalisations(experiment):
    curves = [one for one in scores_section(experiment).plots["det"].data if one.showlegend is not False]
    names = ["ECAPA", "MFCC + LDA", "ECAPA + linear_v1", "ECAPA + linear_v3", "ECAPA, AS-norm"]
    assert [curve.name.split(" · ")[0] for curve in curves] == names
    assert [curve.visible for curve in curves] == [True, True, "legendonly", "legendonly", True]


def test_the_first_curve_alone_has_a_band(experiment):
    section = scores_section(experiment)
    assert sum(trace.fill == "toself" for trace in section.plots["det"].data) == 1
    assert "95 % of the curves of ECAPA when" in section.body


def test_likelihood_ratios_have_a_section_of_their_own(calibrated, experiment):
    assert set(calibration_section(calibrated).plots) == {"reliability", "ape", "tippett"}
    assert calibration_section(experiment) is None
    assert "calibrated" not in scores_section(calibrated).body
