import pytest

from kowairo.report.evaluation import measure, read_evaluation
from kowairo.scoring import speaker_bootstrap
from kowairo.scoring.metrics import act_dcf, cllr, eer, min_cllr


@pytest.fixture
def measures(evaluation):
    return measure(evaluation, num_replicates=30)


def test_figures_are_those_of_the_scoring_functions(evaluation, measures):
    scored = evaluation.main.scored
    expected = speaker_bootstrap(scored.scores, scored.is_target, *scored.speakers, num_replicates=30)
    assert (measures[0].eer.value, measures[0].eer.low) == (expected.eer.value, expected.eer.low)
    assert measures[0].min_dcf[0.05].high == expected.min_dcf[0.05].high
    assert measures[0].threshold == eer(scored.target, scored.nontarget).threshold


def test_costs_of_ratios_are_there_for_ratios_alone(evaluation, measures):
    ratio = evaluation.systems[2].scored
    assert measures[2].cllr == cllr(ratio.target, ratio.nontarget)
    assert measures[2].act_dcf[0.01] == act_dcf(ratio.target, ratio.nontarget, p_target=0.01)
    assert measures[0].cllr is None
    assert measures[0].act_dcf == {}
    assert measures[0].min_cllr == min_cllr(evaluation.main.scored.target, evaluation.main.scored.nontarget)


def test_calibration_leaves_the_eer_where_it_was(measures):
    difference = measures[2].difference
    assert (difference.value, difference.low, difference.high) == pytest.approx((0, 0, 0), abs=1e-12)
    assert measures[0].difference is None


def test_without_speakers_there_is_no_interval(bare_folder):
    (only,) = measure(read_evaluation(bare_folder))
    assert only.eer.low is None
    assert 0 < only.eer.value < 0.5


def test_few_speakers_are_warned_of(measures):
    assert "only 6 speakers" in measures[0].warning
