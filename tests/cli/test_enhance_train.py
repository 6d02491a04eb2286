import numpy as np
import pytest

from kowairo.core import Corpus, EmbeddingSet, read_json

SMALL = [
    "--enhancer",
    "LinearNetV3",
    "--enhancer.activation",
    "ELU",
    "--loss",
    "MSE",
    "--training.max_epochs",
    1,
]


@pytest.mark.slow
def test_a_net_is_trained_and_applied_to_all_sets(run, corpus, embeddings, tmp_path):
    train = ["--embeddings", embeddings / "train", "--corpus", tmp_path / "cohort", "--out", tmp_path / "net"]
    valid = ["--valid_embeddings", embeddings / "test", "--valid_corpus", corpus]
    status, out, errors = run("enhance", "train", *train, *valid, *SMALL)
    assert (status, errors) == (0, [])
    assert "validation EER" in out
    assert read_json(tmp_path / "net" / "training.json")["num_speakers"] == 10
    apply = ["--embeddings", embeddings, "--enhancer", tmp_path / "net", "--out", tmp_path / "better"]
    assert run("enhance", "apply", *apply)[0] == 0
    enhanced = EmbeddingSet.load(tmp_path / "better" / "test")
    assert enhanced.utts == Corpus.read(corpus).utts
    assert np.isfinite(enhanced.vectors).all()
