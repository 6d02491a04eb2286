from dataclasses import replace

import pytest

from kowairo.report.experiment import read_experiment
from kowairo.report.sections.outcome import conditions_section, enhancement_section, results_section


@pytest.fixture(scope="module")
def experiment(experiment_folder):
    return read_experiment(experiment_folder)


@pytest.mark.parametrize("build", [results_section, conditions_section, enhancement_section])
def test_sections_without_material_are_left_out(build, tmp_path):
    assert build(read_experiment(tmp_path)) is None


def test_results_leave_enhanced_systems_to_their_own_section(experiment):
    assert "linear_v1" not in results_section(experiment).body
    assert "linear_v1" in enhancement_section(experiment).body


def test_calibrated_scores_are_not_listed_again_for_their_order_is_the_same(experiment):
    plain = next(row for row in experiment.rows if row.is_headline and row.is_plain)
    calibrated = replace(plain, normalization="as+calibrated")
    more = replace(experiment, rows=[*experiment.rows, calibrated])
    assert results_section(more).body == results_section(experiment).body


def test_conditions_compare_encoder_and_baseline(experiment):
    section = conditions_section(experiment)
    assert [trace.name for trace in section.plots["conditions"].data] == ["ECAPA", "MFCC + LDA"]
    assert "non-verbal" in section.body


def test_noisy_lines_are_one_more_condition(experiment):
    rows = [*experiment.rows, replace(experiment.headline("ecapa"), set_name="test_noisy")]
    labels = conditions_section(replace(experiment, rows=rows)).plots["conditions"].layout.yaxis.ticktext
    assert labels[-1] == "noise, music, rooms"


def test_enhancement_shows_before_first(experiment):
    labels = enhancement_section(experiment).plots["enhancement"].layout.yaxis.ticktext
    assert labels == ("before", "linear_v1", "linear_v3")
