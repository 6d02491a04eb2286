import pytest

from kowairo.core import Corpus, read_json, read_scores


@pytest.fixture
def scores(run, corpus, embeddings, tmp_path):
    path = tmp_path / "scores.txt"
    assert (
        run("score", "--embeddings", embeddings / "test", "--trials", corpus / "trials", "--out", path)[0]
        == 0
    )
    return path


def test_score_writes_a_cosine_for_each_trial(scores):
    values = read_scores(scores).values
    assert len(values) == 276
    assert abs(values).max() <= 1.0


@pytest.mark.parametrize("normalizer", ["ZNorm", "TNorm", "SNorm", "AdaptiveSNorm"])
def test_normalizers_are_chosen_by_class(run, scores, corpus, embeddings, tmp_path, normalizer):
    options = ["--cohort_embeddings", embeddings / "train", "--cohort_corpus", tmp_path / "cohort"]
    settings = ["--normalizer.top_n", 5] if normalizer == "AdaptiveSNorm" else []
    status, out, errors = run(
        *("normalize", "--scores", scores, "--embeddings", embeddings / "test", "--corpus", corpus),
        *(*options, "--out", tmp_path / "n.txt", "--normalizer", normalizer, *settings),
    )
    assert (status, errors) == (0, [])
    assert "cohort of 10 speakers" in out
    assert len(read_scores(tmp_path / "n.txt")) == 276


def test_metrics_of_speakers_apart_are_low(run, scores, corpus, tmp_path):
    options = [
        "--trials",
        corpus / "trials",
        "--corpus",
        corpus,
        "--out",
        tmp_path / "r.json",
        "--system",
        "toy",
    ]
    assert run("metrics", "--scores", scores, *options, "--num_replicates", 20)[0] == 0
    row = read_json(tmp_path / "r.json")
    assert (row["system"], row["trials"], row["condition"]) == ("toy", "trials", "all")
    assert row["eer_low"] <= row["eer"] <= row["eer_high"] < 0.3


def test_metrics_by_condition_are_a_list(run, scores, corpus, tmp_path):
    options = ["--trials", corpus / "trials", "--corpus", corpus, "--out", tmp_path / "r.json"]
    assert run("metrics", "--scores", scores, *options, "--by", "condition", "--num_replicates", 20)[0] == 0
    assert [row["condition"] for row in read_json(tmp_path / "r.json")] == ["all", "duration_under_2s"]


def test_a_system_compared_with_itself_does_not_differ(run, scores, corpus, tmp_path):
    options = ["--trials", corpus / "trials", "--corpus", corpus, "--out", tmp_path / "c.json"]
    assert run("compare", "--scores", scores, "--reference_scores", scores, *options)[0] == 0
    row = read_json(tmp_path / "c.json")
    assert (row["difference"], row["difference_low"], row["difference_high"]) == (0.0, 0.0, 0.0)


def test_scores_of_unknown_utterances_name_one(run, corpus, embeddings, tmp_path):
    options = ["--trials", corpus / "trials", "--out", tmp_path / "s.txt"]
    status, _, errors = run("score", "--embeddings", embeddings / "train", *options)
    assert status == 2
    assert Corpus.read(corpus).utts[0] in errors[0]
