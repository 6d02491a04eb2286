import re
from dataclasses import replace

import pytest

from kowairo.report.evaluation import measure, read_evaluation
from kowairo.report.evaluation.sections import (
    calibration_section,
    conditions_section,
    conventions_section,
    curves_section,
    headline_html,
    measures_section,
    operating_points_section,
)
from kowairo.scoring.metrics import CONVENTIONS


@pytest.fixture
def measures(evaluation):
    return measure(evaluation, num_replicates=10)


def test_the_headline_says_that_voices_were_trained_on(evaluation, measures):
    systems = (replace(evaluation.systems[0], overlap="3 of 9 <utterances>"), *evaluation.systems[1:])
    marked = replace(evaluation, systems=systems)
    assert "Not a figure of new voices: 3 of 9 &lt;utterances&gt;" in headline_html(marked, measures)
    assert "Not a figure of new voices" not in headline_html(evaluation, measures)


def test_the_headline_speaks_of_the_plain_scores_and_of_their_calibration(evaluation, measures):
    text = headline_html(evaluation, measures)
    assert "net on 435 trials of 6 speakers: 60 of one speaker, 375 of two." in text
    assert f"{measures[0].eer.value:.2%}" in text
    assert f"{measures[2].cllr:.3f}" in text
    assert "only 6 speakers" in text


def test_unknown_speakers_are_said_in_the_headline(bare_folder):
    evaluation = read_evaluation(bare_folder)
    assert "no interval: speakers unknown" in headline_html(evaluation, measure(evaluation))


def test_the_table_has_a_line_per_score_file(evaluation, measures):
    body = measures_section(evaluation, measures).body
    assert body.count("<tr>") == 1 + 5
    assert "undecided" in body


def test_only_the_headline_curve_has_a_band_and_calibrated_ones_are_left_out(evaluation):
    section = curves_section(evaluation, num_replicates=10, seed=0)
    traces = section.plots["det"].data
    assert sum(trace.fill == "toself" for trace in traces) == 1
    assert not any("calibrated" in (trace.name or "") for trace in traces)
    assert set(section.plots) == set(section.images) == {"det", "scores"}


def test_calibration_is_shown_for_ratios_and_left_out_without(evaluation, measures, bare_folder):
    section = calibration_section(evaluation, measures)
    assert set(section.plots) == {"reliability", "ape", "tippett"}
    assert f"{measures[3].min_cllr:.4f}" in section.body
    bare = read_evaluation(bare_folder)
    assert calibration_section(bare, measure(bare)) is None


def test_operating_points_say_what_they_do_here_and_which_are_missing(evaluation, bare_folder):
    body = operating_points_section(evaluation).body
    ratio = evaluation.systems[2].scored
    assert f"{(ratio.nontarget >= 1.5).sum()} of 375" in body
    assert f"{(ratio.target < 1.5).sum()} of 60" in body
    assert "FAR 0.1 %: not supported by this many trials: 4 errors seen" in body
    assert operating_points_section(read_evaluation(bare_folder)) is None


def test_conditions_come_from_the_stored_results(evaluation, bare_folder):
    section = conditions_section(evaluation)
    assert "duration under 2 s" in section.plots["conditions"].layout.yaxis.ticktext
    assert conditions_section(read_evaluation(bare_folder)) is None


def test_every_convention_has_a_line(evaluation):
    body = conventions_section(evaluation).body
    assert re.findall(r'<th scope="row">(\w+)</th>', body) == list(CONVENTIONS)
