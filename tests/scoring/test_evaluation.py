import json

import numpy as np
import pytest

from kowairo.core import AudioRef, Corpus, InputError, Scores, Trials
from kowairo.scoring.evaluation import ResultLabels, compare, evaluate, evaluate_conditions, llr_metrics
from kowairo.scoring.metrics import act_dcf, cllr, eer, min_cllr, min_dcf
from kowairo.scoring.trial_scores import score_trials
from kowairo.testing.scoring import toy_trials

_LABELS = ResultLabels(system="toy", set="test", trials="trials")
_KEYS = {
    *("system", "set", "trials", "normalization", "condition"),
    *("num_target", "num_nontarget", "num_speakers", "threshold", "warning"),
    *(f"{name}{end}" for name in ("eer", "min_dcf_0.01", "min_dcf_0.05") for end in ("", "_low", "_high")),
}


def toy():
    embeddings, trials, _ = toy_trials(num_speakers=10)
    return score_trials(embeddings, trials), trials, {utt: utt.split("-")[0] for utt in embeddings.utts}


def test_a_row_holds_the_agreed_columns_and_is_plain_json():
    scores, trials, utt2spk = toy()
    row = evaluate(scores, trials, utt2spk, labels=_LABELS, num_replicates=50)
    assert set(row) == _KEYS
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    target, nontarget = scores.values[trials.target], scores.values[~trials.target]
    assert row["eer"] == pytest.approx(eer(target, nontarget).value)
    assert row["threshold"] == eer(target, nontarget).threshold
    assert row["min_dcf_0.05"] == pytest.approx(min_dcf(target, nontarget, p_target=0.05).value)
    assert (row["num_target"], row["num_nontarget"], row["num_speakers"]) == (60, 720, 10)
    assert (row["normalization"], row["condition"]) == ("none", "all")
    assert "only 10 speakers" in row["warning"]


def test_conditions_follow_the_row_of_all_trials_and_one_sided_ones_are_left_out():
    scores, trials, utt2spk = toy()
    audio = {utt: AudioRef(f"{utt}.wav") for utt in utt2spk}
    genders = {f"spk{i}": "f" if i else "m" for i in range(10)}  # spk0 alone has no non-target of its gender
    corpus = Corpus(audio, utt2spk, {}, {"spk2gender": genders})
    rows = evaluate_conditions(scores, trials, corpus, labels=_LABELS, num_replicates=20)
    assert [row["condition"] for row in rows] == ["all", "same_gender", "gender_f"]
    assert all(set(row) == _KEYS for row in rows)
    part = np.array([not u.startswith("spk0-") and not v.startswith("spk0-") for u, v, _ in trials])
    expected = eer(scores.values[part & trials.target], scores.values[part & ~trials.target]).value
    assert rows[2]["eer"] == pytest.approx(expected)
    assert rows[2]["num_speakers"] == 9


def test_compare_gives_the_difference_to_the_reference():
    scores, trials, utt2spk = toy()
    worse = Scores(scores.enroll, scores.test, scores.values + np.random.default_rng(0).normal(0, 0.3, 780))
    row = compare(scores, worse, trials, utt2spk, labels=_LABELS, reference="worse", num_replicates=100)
    assert row["difference"] == pytest.approx(row["eer"] - row["reference_eer"])
    assert row["relative"] == pytest.approx(row["difference"] / row["reference_eer"])
    assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    assert row["difference_high"] < 0
    assert (row["system"], row["reference"]) == ("toy", "worse")
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_compare_gives_p_values_small_for_a_clear_difference_and_one_for_none():
    scores, trials, utt2spk = toy()
    worse = Scores(scores.enroll, scores.test, scores.values + np.random.default_rng(0).normal(0, 0.5, 780))
    arguments = {"labels": _LABELS, "reference": "other", "num_replicates": 200}
    assert compare(scores, worse, trials, utt2spk, **arguments)["p_value"] == pytest.approx(2 / 201)
    same = compare(scores, scores, trials, utt2spk, **arguments)
    assert (same["p_value"], same["min_dcf_0.01_p_value"], same["min_dcf_0.05_p_value"]) == (1.0, 1.0, 1.0)


def test_llr_metrics_are_the_costs_of_the_ratios_whatever_their_order():
    scores, trials, _ = toy()
    order = np.random.default_rng(0).permutation(780)
    shuffled = Scores(
        [scores.enroll[i] for i in order], [scores.test[i] for i in order], scores.values[order]
    )
    target, nontarget = scores.values[trials.target], scores.values[~trials.target]
    assert llr_metrics(shuffled, trials) == {
        "cllr": pytest.approx(cllr(target, nontarget)),
        "min_cllr": pytest.approx(min_cllr(target, nontarget)),
        "act_dcf_0.01": pytest.approx(act_dcf(target, nontarget)),
        "act_dcf_0.05": pytest.approx(act_dcf(target, nontarget, p_target=0.05)),
    }


def test_a_condition_with_a_single_target_is_left_out():
    scores, trials, utt2spk = toy()
    kinds = dict.fromkeys(utt2spk, "speech") | {"spk0-0": "laugh", "spk0-1": "laugh"}
    kept = [i for i, (u, v, _) in enumerate(trials) if u != v and {kinds[u], kinds[v]} != {"speech", "laugh"}]
    part = Trials([trials.enroll[i] for i in kept], [trials.test[i] for i in kept], trials.target[kept])
    corpus = Corpus({utt: AudioRef(utt) for utt in utt2spk}, utt2spk, {"utt2kind": kinds})
    rows = evaluate_conditions(scores, part, corpus, labels=_LABELS, num_replicates=10)
    assert [row["condition"] for row in rows] == ["all", "kind_speech"]


def test_a_reference_without_errors_has_no_relative_difference():
    trials = Trials(["a1", "a1", "b1"], ["a2", "b1", "b2"], np.array([True, False, True]))
    scores = Scores(trials.enroll, trials.test, np.array([1.0, 0.0, 1.0]))
    utt2spk = {utt: utt[0] for utt in ("a1", "a2", "b1", "b2")}
    row = compare(scores, scores, trials, utt2spk, labels=_LABELS, reference="same", num_replicates=20)
    assert (row["reference_eer"], row["difference"], row["relative"]) == (0.0, 0.0, None)


def test_missing_speakers_and_one_sided_lists_are_refused():
    scores, trials, utt2spk = toy()
    with pytest.raises(InputError, match="no speaker for 39 trial sides in utt2spk, the first is 'spk0-0'"):
        evaluate(scores, trials, {u: s for u, s in utt2spk.items() if u != "spk0-0"}, labels=_LABELS)
    only = Trials(trials.enroll, trials.test, np.ones(len(trials), dtype=bool))
    with pytest.raises(InputError, match="2 target trials or more, and non-target trials, got 780 and 0"):
        evaluate(scores, only, utt2spk, labels=_LABELS)
