import pytest

from kowairo.core import read_json


@pytest.fixture
def evaluate(run, corpus, embeddings, tmp_path):
    def call(system, *options):
        return run(
            *("evaluate", "--system", system, "--embeddings", embeddings, "--sets.test", corpus),
            *("--out", tmp_path / "exp", "--num_replicates", 20, *options),
        )

    return call


def test_every_list_gets_scores_and_a_result(evaluate, corpus, tmp_path):
    (corpus / "trials_all").write_text((corpus / "trials").read_text())
    assert evaluate("toy")[0] == 0
    results = sorted(path.name for path in (tmp_path / "exp" / "results").iterdir())
    assert results == ["toy.test.trials.none.json", "toy.test.trials_all.none.json"]
    assert (tmp_path / "exp" / "scores" / "toy" / "test" / "trials_all.none.txt").exists()


def test_a_reference_gives_paired_comparisons(evaluate, tmp_path):
    evaluate("base")
    assert evaluate("toy", "--reference", "base")[0] == 0
    row = read_json(tmp_path / "exp" / "results" / "compare.toy.test.trials.none.json")
    assert (row["system"], row["reference"], row["difference"]) == ("toy", "base", 0.0)


def test_normalizers_get_names_of_their_own(evaluate, tmp_path):
    (tmp_path / "n.yaml").write_text(
        "normalizers:\n  z: {class_path: ZNorm}\n  as: {class_path: AdaptiveSNorm, init_args: {top_n: 5}}\n"
    )
    options = ["--config", tmp_path / "n.yaml", "--cohort_corpus", tmp_path / "cohort"]
    assert evaluate("toy", *options)[0] == 0
    assert read_json(tmp_path / "exp" / "results" / "toy.test.trials.as.json")["normalization"] == "as"
    assert (tmp_path / "exp" / "scores" / "toy" / "test" / "trials.z.txt").exists()


def test_normalizers_without_a_cohort_are_refused(evaluate, tmp_path):
    (tmp_path / "n.yaml").write_text("normalizers:\n  z: {class_path: ZNorm}\n")
    status, _, errors = evaluate("toy", "--config", tmp_path / "n.yaml")
    assert (status, errors) == (2, ["kowairo: normalizers need --cohort_corpus DIR"])


def test_a_set_without_trials_is_refused_with_the_remedy(evaluate, corpus):
    (corpus / "trials").unlink()
    status, _, errors = evaluate("toy")
    assert status == 2
    assert "kowairo trials make" in errors[0]
