"""Each convention against the formula as its toolkit writes it, restated here as a plain loop."""

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.metrics import CONVENTIONS, eer, format_by_convention, metrics_by_convention, min_dcf


@pytest.fixture
def sides():
    """Overlapping scores without ties, for which every toolkit's figure is defined."""
    rng = np.random.default_rng(7)
    return rng.normal(1.2, 1, 211), rng.normal(0, 1, 507)


def trial_points(target, nontarget):
    """One point per trial: what is missed and accepted when that trial and all below it are rejected."""
    scores = np.sort(np.concatenate([target, nontarget]))
    miss = np.array([np.mean(target <= score) for score in scores])
    false_alarm = np.array([np.mean(nontarget > score) for score in scores])
    return scores, miss, false_alarm


@pytest.mark.parametrize("name", ["wespeaker", "3d_speaker"])
def test_the_nist_convention_equals_its_formula(sides, name):
    scores, miss, false_alarm = trial_points(*sides)
    after = np.flatnonzero(miss >= false_alarm)[0]
    before = np.flatnonzero(miss < false_alarm)[-1]
    gap = miss[after] - false_alarm[after]
    part = gap / (false_alarm[before] - false_alarm[after] - (miss[before] - miss[after]))
    metrics = metrics_by_convention(*sides, name)
    assert metrics["eer"] == pytest.approx(miss[after] + part * (miss[before] - miss[after]))
    assert metrics["min_dcf_0.01"] == pytest.approx((0.01 * miss + 0.99 * false_alarm).min() / 0.01)
    assert metrics["threshold"] == scores[after]


@pytest.mark.parametrize("name", ["clovaai", "espnet", "voiceprint_zh"])
def test_the_voxceleb_trainer_convention_equals_its_formula(sides, name):
    scores, miss, false_alarm = trial_points(*sides)
    costs = 0.05 * miss + 0.95 * false_alarm
    metrics = metrics_by_convention(*sides, name)
    assert metrics["eer"] == eer(*sides, rule="max").value
    assert metrics["min_dcf_0.05"] == pytest.approx(costs.min() / 0.05)
    assert metrics["threshold"] == scores[np.argmin(costs)]


def test_the_speechbrain_convention_equals_a_loop_over_scores_and_midpoints(sides):
    target, nontarget = sides
    scores = np.sort(np.concatenate(sides))
    best, costs = (2.0, 0.0, 0.0), []
    for threshold in np.sort(np.concatenate([scores, (scores[:-1] + scores[1:]) / 2])):
        miss, false_alarm = np.mean(target <= threshold), np.mean(nontarget > threshold)
        costs.append(0.01 * miss + 0.99 * false_alarm)
        if abs(false_alarm - miss) < best[0]:
            best = abs(false_alarm - miss), (false_alarm + miss) / 2, threshold
    metrics = metrics_by_convention(*sides, "speechbrain")
    assert (metrics["eer"], metrics["threshold"]) == pytest.approx(best[1:])
    assert metrics["min_dcf_0.01"] == pytest.approx(min(costs))


def test_the_raw_cost_of_speechbrain_is_a_hundredth_of_that_of_wespeaker(sides):
    raw, normalized = (
        metrics_by_convention(*sides, name)["min_dcf_0.01"] for name in ("speechbrain", "wespeaker")
    )
    assert raw == pytest.approx(normalized / 100)


def test_the_voice_personification_convention_is_the_rule_of_distribution_functions(sides):
    metrics = metrics_by_convention(*sides, "voice_personification")
    result = eer(*sides, rule="cdf")
    assert metrics == {"eer": result.value, "threshold": result.threshold}


def test_the_hyperion_convention_reads_the_hull_and_four_priors(sides):
    metrics = metrics_by_convention(*sides, "hyperion")
    assert metrics["eer"] == eer(*sides, rule="rocch").value
    for p_target in (0.05, 0.01, 0.005, 0.001):
        assert metrics[f"min_dcf_{p_target:g}"] == min_dcf(*sides, p_target=p_target).value


@pytest.mark.parametrize("order", [1, -1])
def test_a_constant_scorer_has_one_half_by_the_nist_rule_whatever_the_order_of_the_file(order):
    # one point per trial gives 0 or 1 here, depending on which label stands first
    metrics = metrics_by_convention(np.zeros(5)[::order], np.zeros(9)[::order], "wespeaker")
    assert metrics["eer"] == 0.5


def test_a_lowest_single_nontarget_does_not_break_the_nist_rule():
    assert metrics_by_convention([1.0, 2.0], [0.0], "wespeaker")["eer"] == 0.0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wespeaker", "EER = 37.500\nminDCF (p_target:0.01 c_miss:1 c_fa:1) = 0.750"),
        ("3d_speaker", "EER = 37.5000\nminDCF (p_target:0.01 c_miss:1 c_fa:1) = 0.7500"),
        ("speechbrain", "EER(%)=37.500000\nminDCF=0.750000"),
        ("clovaai", "VEER 50.0000, MinDCF 0.75000"),
        ("voiceprint_zh", "EER: 50.00%, minDCF: 0.75, best threshold: 2.00"),
        ("voice_personification", "EER: 0.25, Thr: 1.0"),
    ],
)
def test_figures_are_printed_as_the_toolkit_prints_them(name, text):
    metrics = metrics_by_convention([1.0, 2.0, 2.0, 3.0], [0.0, 2.0], name)
    assert format_by_convention(metrics, name) == text


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_convention_prints_its_figures_and_names_its_source(sides, name):
    assert format_by_convention(metrics_by_convention(*sides, name), name)
    assert CONVENTIONS[name].source


def test_unknown_conventions_and_missing_figures_are_refused(sides):
    with pytest.raises(InputError, match=r"convention of kowairo, wespeaker, .*, got 'kaldi'"):
        metrics_by_convention(*sides, "kaldi")
    with pytest.raises(InputError, match="lacks 'min_dcf_0_05'"):
        format_by_convention({"eer": 0.1, "threshold": 0.0}, "voiceprint_zh")
