import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_json, read_scores, read_trials, write_scores
from kowairo.scoring import cllr, min_cllr


@pytest.fixture
def calibrate(run, lists, tmp_path):
    def call(*options, system="weak"):
        dev, test = lists / "dev", lists / "eval"
        return run(
            *("calibrate", "--dev_scores", dev / system, "--dev_trials", dev / "trials"),
            *("--scores", test / system, "--out", tmp_path / "llr", "--num_replicates", 20, *options),
        )

    return call


def costs(lists, path):
    ratios, target = read_scores(path).values, read_trials(lists / "eval" / "trials").target
    return cllr(ratios[target], ratios[~target]), min_cllr(ratios[target], ratios[~target])


@pytest.mark.parametrize("kind", [None, "LogisticCalibrator", "GaussianCalibrator", "IsotonicCalibrator"])
def test_calibrated_scores_of_other_speakers_cost_little_more_than_they_must(
    calibrate, lists, tmp_path, kind
):
    status, out, errors = calibrate(*(["--calibrator", kind] if kind else []))
    assert (status, errors) == (0, [])
    assert f"{kind or 'LogisticCalibrator'}: fitted on" in out
    cost, least = costs(lists, tmp_path / "llr")
    assert least <= cost < least + 0.05


def test_a_saved_calibrator_gives_the_same_ratios(run, calibrate, lists, tmp_path):
    calibrate("--save", tmp_path / "fitted")
    given = [
        "--fitted",
        tmp_path / "fitted",
        "--scores",
        lists / "eval" / "weak",
        "--out",
        tmp_path / "again",
    ]
    assert run("calibrate", *given)[0] == 0
    assert (tmp_path / "again").read_bytes() == (tmp_path / "llr").read_bytes()


def test_scores_are_joined_to_trials_by_key(calibrate, lists, tmp_path):
    calibrate()
    expected = (tmp_path / "llr").read_bytes()
    scores = read_scores(lists / "dev" / "weak")
    write_scores(
        lists / "dev" / "weak", type(scores)(scores.enroll[::-1], scores.test[::-1], scores.values[::-1])
    )
    calibrate()
    assert (tmp_path / "llr").read_bytes() == expected


def test_several_systems_are_fused(run, lists, tmp_path):
    dev, test = lists / "dev", lists / "eval"
    status, out, _ = run(
        *("calibrate", "--dev_scores", dev / "weak", dev / "strong", "--dev_trials", dev / "trials"),
        *("--scores", test / "weak", test / "strong", "--out", tmp_path / "llr"),
    )
    assert status == 0
    assert "Fusion: fitted on" in out
    strong, target = read_scores(test / "strong").values, read_trials(test / "trials").target
    assert costs(lists, tmp_path / "llr")[1] < min_cllr(strong[target], strong[~target])


def test_quality_measures_are_read_from_tables(calibrate, lists, tmp_path):
    (tmp_path / "qmf.yaml").write_text(
        "calibrator: {class_path: QMF, init_args: {measures: [duration_s, magnitude]}}\n"
    )
    for side in ("dev", "eval"):
        utts = [line.split()[0] for line in (lists / side / "utt2spk").read_text().splitlines()]
        vectors = np.random.default_rng(2).standard_normal((len(utts), 4)).astype(np.float32)
        EmbeddingSet(vectors, utts).save(lists / side / "embeddings")
    tables = ["--corpus", lists / "eval", "--dev_corpus", lists / "dev"]
    sets = ["--embeddings", lists / "eval" / "embeddings", "--dev_embeddings", lists / "dev" / "embeddings"]
    status, out, errors = calibrate("--config", tmp_path / "qmf.yaml", *tables, *sets)
    assert (status, errors) == (0, [])
    assert "QMF: fitted on" in out
    _, _, errors = calibrate("--config", tmp_path / "qmf.yaml", *tables)
    assert errors == [f"kowairo: {lists / 'dev' / 'trials'}: no table of the quality measure magnitude"]


def test_operating_points_are_stored_where_enough_errors_were_seen(calibrate, lists, tmp_path):
    status, out, _ = calibrate("--dev_corpus", lists / "dev", "--operating_points", tmp_path / "points.json")
    assert status == 0
    stored = read_json(tmp_path / "points.json")
    assert "eer" in stored["points"]
    assert "far_0.001" in stored["unsupported"]
    assert "not supported by this many trials: far_0.01" in out


@pytest.mark.parametrize("option", ["--training_corpus", "--cohort_corpus"])
def test_speakers_that_the_encoder_or_the_cohort_knows_are_refused(calibrate, lists, option):
    status, _, errors = calibrate("--dev_corpus", lists / "dev", option, lists / "dev")
    assert (status, len(errors)) == (2, 1)
    assert "24 calibration speakers are also in the" in errors[0]


def test_scores_of_the_calibration_speakers_are_refused(run, calibrate, lists, tmp_path):
    calibrate("--dev_corpus", lists / "dev", "--save", tmp_path / "fitted")
    given = ["--fitted", tmp_path / "fitted", "--scores", lists / "dev" / "weak", "--out", tmp_path / "again"]
    status, _, errors = run("calibrate", *given, "--corpus", lists / "dev")
    assert (status, len(errors)) == (2, 1)
    assert "are also in the test" in errors[0]


def test_a_trial_without_score_is_named_with_file_and_line(calibrate, lists):
    lines = (lists / "dev" / "weak").read_text().splitlines()
    (lists / "dev" / "weak").write_text("\n".join(lines[:2] + lines[3:]))
    status, _, errors = calibrate()
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith(f"kowairo: {lists / 'dev' / 'trials'}:3: no score of ")


def test_one_kind_of_trial_alone_is_refused(calibrate, lists):
    path = lists / "dev" / "trials"
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if line.endswith(" target\n"))
    )
    status, _, errors = calibrate()
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith(f"kowairo: {path}: expected 2 or more targets and non-targets")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "one of --fitted DIR and --dev_scores FILE"),
        (["--fitted", ".", "--scores", "x"], "--scores and --out go together"),
        (["--dev_scores", "x"], "--dev_trials FILE"),
        (["--fitted", "."], "no config.json in it"),
    ],
)
def test_options_that_do_not_suffice_are_refused(run, options, message):
    status, _, errors = run("calibrate", *options)
    assert (status, len(errors)) == (2, 1)
    assert message in errors[0]
