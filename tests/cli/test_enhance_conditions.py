import numpy as np
import pytest

from kowairo.core import EmbeddingSet, TrainingOverlap, read_table, read_trials

UTTS = ["a1", "a2", "b1", "b2"]


@pytest.fixture
def lines(tmp_path):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(4, 3)).astype(np.float32)
    EmbeddingSet(vectors, UTTS).save(tmp_path / "clean")
    EmbeddingSet(vectors[::-1] + 1, UTTS[::-1]).save(tmp_path / "noisy")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "utt2spk").write_text("".join(f"{utt} {utt[0]}\n" for utt in UTTS))
    (tmp_path / "corpus" / "trials").write_text("a1 a2 target\na1 b1 nontarget\n")
    (tmp_path / "corpus" / "trials_acted").write_text("b1 b2 target\n")
    return tmp_path


def options(lines, *more):
    given = ["--embeddings", lines / "clean", "--corpus", lines / "corpus", "--out", lines / "out"]
    return [*given, "--sets.noisy", lines / "noisy", *more]


def test_trials_enrol_by_a_line_of_each_condition_and_test_by_the_clean_one(run, lines):
    assert run("enhance", "conditions", *options(lines))[0] == 0
    joined = EmbeddingSet.load(lines / "out" / "embeddings")
    clean = EmbeddingSet.load(lines / "clean")
    assert joined.rows(["b2|noisy"]).tolist() == (clean.rows(["b2"]) + 1).tolist()
    assert read_table(lines / "out" / "utt2spk")["b2|noisy"] == "b"
    conditions = read_table(lines / "out" / "utt2condition")
    assert (conditions["b2"], conditions["b2|noisy"]) == ("clean", "noisy")
    noisy, both = (read_trials(lines / "out" / name) for name in ("trials_noisy", "trials"))
    assert (noisy.enroll, noisy.test) == (["a1|noisy", "a1|noisy"], ["a2", "b1"])
    assert both.enroll == ["a1", "a1", "a1|noisy", "a1|noisy"]
    assert both.target.tolist() == [True, False] * 2
    assert read_trials(lines / "out" / "trials_noisy_acted").enroll == ["b1|noisy"]


def test_a_copy_of_a_training_line_counts_as_trained_on(run, trained_on, lines):
    trained_on(lines / "clean", "a1")
    assert run("enhance", "conditions", *options(lines))[0] == 0
    found = TrainingOverlap.of_set(lines / "out" / "embeddings")
    assert found.audio == {"a1", "a1|noisy"}


def test_without_trials_there_is_the_set_alone(run, lines):
    for name in ("trials", "trials_acted"):
        (lines / "corpus" / name).unlink()
    assert run("enhance", "conditions", *options(lines))[0] == 0
    assert len(EmbeddingSet.load(lines / "out" / "embeddings")) == 8
    assert not list((lines / "out").glob("trials*"))


def test_what_does_not_fit_is_one_line(run, lines):
    EmbeddingSet(np.ones((1, 3), dtype=np.float32), ["a2"]).save(lines / "few")
    status, _, errors = run("enhance", "conditions", *options(lines, "--sets.few", lines / "few"))
    assert status == 2
    assert errors[-1].endswith("trials: no embedding of 'a1|few' (2 missing)")
    status, _, errors = run("enhance", "conditions", *options(lines, "--sets.clean", lines / "noisy"))
    assert errors == ["kowairo: condition 'clean': expected a name of letters, digits and _, not clean"]
