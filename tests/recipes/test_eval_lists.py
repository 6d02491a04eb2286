"""The recipe eval_lists: embeddings of several forms, everything that it can be given, and its errors."""

import json

import numpy as np
import pytest
import yaml

from kowairo.core import EmbeddingSet


def make_side(folder, name, *, speakers, seed):
    """A Kaldi folder without audio, its trials, and embeddings of speakers that are well apart."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((speakers, 8))
    utts = {
        f"{name}{speaker:02d}-{line}": f"{name}{speaker:02d}"
        for speaker in range(speakers)
        for line in range(4)
    }
    vectors = [centres[int(utt[-4:-2])] + 0.5 * rng.standard_normal(8) for utt in utts]
    tables = folder / name
    tables.mkdir(parents=True)
    (tables / "utt2spk").write_text("".join(f"{utt} {speaker}\n" for utt, speaker in utts.items()))
    (tables / "utt2dur").write_text("".join(f"{utt} {rng.uniform(1, 5):.2f}\n" for utt in utts))
    pairs = [(a, b) for a in utts for b in utts if a < b and (utts[a] == utts[b] or rng.random() < 0.1)]
    (tables / "trials").write_text("".join(f"{int(utts[a] == utts[b])} {a} {b}\n" for a, b in pairs))
    return EmbeddingSet(np.array(vectors, dtype=np.float32), list(utts))


@pytest.fixture
def given(tmp_path):
    """Options of a run that has everything: .npy files to evaluate, text vectors, an embedding set."""
    folder = tmp_path / "given"
    embeddings = make_side(folder, "e", speakers=20, seed=0)
    for utt, vector in zip(embeddings.utts, embeddings.vectors, strict=True):
        (folder / "npy").mkdir(exist_ok=True)
        np.save(folder / "npy" / f"{utt}.npy", vector)
    dev = make_side(folder, "d", speakers=20, seed=1)
    lines = [
        f"{utt} {' '.join(map(str, row))}\n" for utt, row in zip(dev.utts, dev.vectors.tolist(), strict=True)
    ]
    (folder / "dev.txt").write_text("".join(lines))
    make_side(folder, "c", speakers=15, seed=2).save(folder / "cohort")
    (folder / "plda.yaml").write_text(yaml.safe_dump({"backend": {"class_path": "PLDA"}}))
    return {
        "--trials": folder / "e" / "trials",
        "--embeddings": folder / "npy",
        "--corpus": folder / "e",
        "--cohort": folder / "c",
        "--cohort-embeddings": folder / "cohort",
        "--dev": folder / "d",
        "--dev-embeddings": folder / "dev.txt",
        "--backend": folder / "plda.yaml",
        "--exp": tmp_path / "exp",
        "--conf": "smoke",
    }


def words(options):
    return [word for option in options.items() for word in option]


@pytest.mark.smoke
def test_everything_given_ends_in_a_page_and_a_table(eval_lists, given, tmp_path):
    first = eval_lists.run(*words(given))
    assert first.returncode == 0, first.stderr[-3000:]
    exp = tmp_path / "exp"
    scores = {path.parts[-3] + " " + path.name for path in (exp / "scores").glob("*/eval/*.txt")}
    norms = [
        "none",
        "calibrated",
        *(f"{norm}{end}" for norm in ("z", "t", "s", "as") for end in ("", "+calibrated")),
    ]
    encoder = {f"encoder trials.{norm}.txt" for norm in norms}
    assert scores == encoder | {f"encoder+backend trials.{norm}.txt" for norm in norms[:2]}
    rows = json.loads((exp / "results" / "encoder.eval.trials.none.json").read_text())
    assert [row["condition"] for row in rows][:2] == ["all", "duration_under_2s"]
    assert json.loads((exp / "results" / "encoder.eval.trials.calibrated.json").read_text())["cllr"] < 1.0
    assert len((exp / "worst" / "encoder.eval.tsv").read_text().splitlines()) == 41
    assert (exp / "report" / "evaluation.html").exists()
    assert "AS-norm" in (exp / "report" / "table.md").read_text()
    again = eval_lists.run(*words(given))
    stages = [line for line in again.stdout.splitlines() if line.startswith("stage ")]
    assert (again.returncode, len(stages)) == (0, 7)
    assert all(line.endswith("unchanged, skipped") for line in stages)


@pytest.mark.smoke
def test_a_list_and_embeddings_are_enough(eval_lists, given, tmp_path):
    few = {name: given[name] for name in ("--trials", "--embeddings", "--exp", "--conf")}
    result = eval_lists.run(*words(few))
    assert result.returncode == 0, result.stderr[-3000:]
    assert "no table: without speakers" in result.stdout
    assert (tmp_path / "exp" / "report" / "evaluation.html").exists()


@pytest.mark.slow
def test_a_stage_runs_again_for_what_changed_and_for_what_is_gone(eval_lists, given, tmp_path):
    assert eval_lists.run(*words(given), "--stop-stage", 5).returncode == 0
    (tmp_path / "exp" / "scores" / "encoder" / "eval" / "trials.as.txt").unlink()
    again = eval_lists.run(*words(given), "--stop-stage", 5)
    assert [line for line in again.stdout.splitlines() if line.endswith("skipped")] == [
        "stage 0: trial lists: unchanged, skipped",
        "stage 2: back-end: unchanged, skipped",
        "stage 3: scores: unchanged, skipped",
        "stage 5: calibration: unchanged, skipped",
    ]


@pytest.mark.slow
def test_what_cannot_be_used_is_one_line_and_status_two(eval_lists, given, tmp_path):
    given["--trials"].write_text("1 e00-0 e00-1\n0 e00-0 nobody\n")
    result = eval_lists.run(*words(given))
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert f"{given['--trials']}:2: 'nobody' has no speaker" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nonsense"], "unknown option --nonsense"),
        (["--trials"], "option --trials needs a value"),
        ([], "give the trial list: --trials FILE"),
        (["--trials", "/no/list"], "--trials /no/list: no such file or folder"),
        (["--trials", "/"], "give --embeddings PATH or --encoder DIR"),
        (["--trials", "/", "--encoder", "/"], "--encoder needs the audio"),
        (["--trials", "/", "--encoder", "/", "--embeddings", "/"], "give one or the other"),
        (["--trials", "/", "--encoder", "/", "--corpus", "/"], "has no wav.scp"),
        (["--trials", "/", "--embeddings", "/", "--spk2enroll", "/"], "--spk2enroll needs the speakers"),
        (["--trials", "/", "--embeddings", "/", "--cohort", "/"], "--cohort needs --cohort-embeddings"),
        (["--trials", "/", "--embeddings", "/", "--dev", "/"], "--dev needs --dev-embeddings"),
        (["--trials", "/", "--embeddings", "/", "--dev-embeddings", "/"], "give --dev-trials FILE"),
        (["--trials", "/", "--embeddings", "/", "--backend", __file__], "is fitted on --cohort DIR"),
        (["--trials", "/", "--embeddings", "/", "--conf", "huge"], "--conf huge: expected default"),
        (["--trials", "/", "--encoder", "no/folder"], "--encoder no/folder: no such file or folder"),
        (["--trials", "/", "--name", "a b"], "letters, digits"),
        (["--trials", "/", "--stage", "8"], "the last stage is 7"),
        (["--trials", "/", "--stage", "5", "--stop-stage", "4"], "comes after"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(eval_lists, options, message):
    result = eval_lists.run(*options)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert message in result.stderr


def test_the_recipe_is_documented_and_its_configurations_have_the_same_sections(eval_lists):
    assert (eval_lists.folder / "README.md").exists()
    confs = [yaml.safe_load(path.read_text("utf-8")) for path in (eval_lists.folder / "conf").glob("*.yaml")]
    assert len(confs) == 2
    assert confs[0].keys() == confs[1].keys()
