import numpy as np
import pytest

from kowairo.core import Scores, read_json, read_scores, read_trials, write_scores


@pytest.fixture
def metrics(run, lists, tmp_path):
    def call(*options, scores="weak", corpus=True):
        tables = ["--corpus", lists / "eval"] if corpus else []
        given = ["--scores", lists / "eval" / scores, "--trials", lists / "eval" / "trials", *tables]
        return run("metrics", *given, "--out", tmp_path / "r.json", "--num_replicates", 20, *options)

    return call


def test_figures_come_with_intervals(metrics, tmp_path):
    status, out, _ = metrics("--system", "toy", "--set", "eval", "--normalization", "as")
    assert status == 0
    row = read_json(tmp_path / "r.json")
    assert (row["system"], row["set"], row["trials"], row["normalization"]) == ("toy", "eval", "trials", "as")
    assert row["eer_low"] <= row["eer"] <= row["eer_high"]
    assert out.startswith(f"toy eval trials as: EER {100 * row['eer']:.2f} % [")


def test_unknown_speakers_leave_figures_without_intervals(metrics, tmp_path):
    status, out, _ = metrics(corpus=False)
    assert status == 0
    assert "no interval: speakers unknown" in out
    assert "eer_low" not in read_json(tmp_path / "r.json")


def test_conditions_follow_the_whole(metrics, tmp_path):
    assert metrics("--by", "condition", "--duration_edges_s", 2, 4)[0] == 0
    conditions = [row["condition"] for row in read_json(tmp_path / "r.json")]
    assert conditions == ["all", "duration_under_2s", "duration_2_4s", "duration_over_4s"]


def test_scores_in_another_order_give_the_same_figures(metrics, lists, tmp_path):
    metrics()
    expected = read_json(tmp_path / "r.json")
    scores = read_scores(lists / "eval" / "weak")
    turned = type(scores)(scores.enroll[::-1], scores.test[::-1], scores.values[::-1])
    write_scores(lists / "eval" / "weak", turned)
    metrics()
    assert read_json(tmp_path / "r.json") == expected


def test_likelihood_ratios_have_costs(metrics, tmp_path):
    _, out, _ = metrics("--scores_are", "llr")
    row = read_json(tmp_path / "r.json")
    assert row["cllr"] > row["min_cllr"]
    assert f"Cllr {row['cllr']:.3f}" in out


def test_the_dialects_of_other_toolkits_are_printed(metrics):
    _, out, _ = metrics("--convention", "wespeaker", "clovaai")
    assert "wespeaker: EER = " in out
    assert "clovaai: VEER " in out
    status, _, errors = metrics("--convention", "nobody")
    assert (status, len(errors)) == (2, 1)
    assert "expected a convention of kowairo, wespeaker" in errors[0]


def test_the_worst_trials_are_listed(metrics, tmp_path):
    _, out, _ = metrics("--worst", 3)
    assert [line.split()[0] for line in out.splitlines()[1:]] == 3 * ["miss"] + 3 * ["false_alarm"]
    metrics("--worst", 3, "--worst_out", tmp_path / "worst.tsv")
    assert len((tmp_path / "worst.tsv").read_text().splitlines()) == 7


@pytest.mark.parametrize("skip", ["false", "true"])
def test_a_trial_without_score_is_named_or_left_out(metrics, lists, tmp_path, skip):
    lines = (lists / "eval" / "weak").read_text().splitlines()
    (lists / "eval" / "weak").write_text("\n".join(lines[:1] + lines[2:]))
    status, _, errors = metrics("--skip_missing", skip)
    if skip == "true":
        row = read_json(tmp_path / "r.json")
        assert row["num_target"] + row["num_nontarget"] == len(lines) - 1
    else:
        trials = read_trials(lists / "eval" / "trials")
        pair = f"{trials.enroll[1]} {trials.test[1]}"
        place = f"{lists / 'eval' / 'trials'}:2"
        assert (status, errors) == (2, [f"kowairo: {place}: no score of {pair} in {lists / 'eval' / 'weak'}"])


def test_a_label_that_contradicts_the_speakers_is_refused(metrics, lists):
    path = lists / "eval" / "trials"
    path.write_text(path.read_text().replace(" nontarget\n", " target\n", 1))
    status, _, errors = metrics()
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith(f"kowairo: {path}: ")


def test_a_missing_class_is_refused(metrics, lists):
    path = lists / "eval" / "trials"
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if line.endswith(" nontarget\n"))
    )
    status, _, errors = metrics()
    assert (status, len(errors)) == (2, 1)
    assert "expected 2 target trials or more" in errors[0]


def test_a_score_that_is_no_number_is_named_with_file_and_line(metrics, lists):
    path = lists / "eval" / "weak"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].rsplit(" ", 1)[0] + " nan", *lines[2:]]))
    status, _, errors = metrics()
    assert (status, errors) == (2, [f"kowairo: {path}:2: score 'nan' is not a finite number"])


def test_a_pair_with_two_scores_is_refused(metrics, lists):
    path = lists / "eval" / "weak"
    path.write_text(path.read_text() + path.read_text().splitlines()[0].rsplit(" ", 1)[0] + " 99\n")
    status, _, errors = metrics()
    assert (status, len(errors)) == (2, 1)
    assert "has two different scores" in errors[0]


def test_scores_of_another_program_are_compared_with_the_encoder_that_is_named(
    run, corpus, trained, tmp_path
):
    trials = read_trials(corpus / "trials")
    values = np.random.default_rng(0).standard_normal(len(trials)) + trials.target
    write_scores(tmp_path / "s.txt", Scores(trials.enroll, trials.test, values))
    given = ["--scores", tmp_path / "s.txt", "--trials", corpus / "trials", "--num_replicates", 20]
    assert run("metrics", *given, "--corpus", corpus)[0] == 0
    status, _, errors = run("metrics", *given, "--corpus", corpus, "--encoder", trained)
    assert (status, len(errors)) == (2, 1)
    assert "7 of 24 utterances were in the training of the encoder" in errors[0]
    _, _, errors = run("metrics", *given, "--encoder", trained)
    assert errors == ["kowairo: --encoder compares its training with audio and speakers: give --corpus DIR"]
