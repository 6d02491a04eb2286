import numpy as np
import pytest

from kowairo.core import EmbeddingSet


@pytest.mark.slow
def test_closed_forms_are_fitted_applied_and_checked_like_nets(run, corpus, embeddings, tmp_path):
    base = ["--embeddings", embeddings / "train", "--corpus", tmp_path / "cohort", "--out", tmp_path / "lda"]
    status, out, errors = run("enhance", "fit", *base, "--backend", "LDA", "--backend.shrinkage", 0.5)
    assert (status, errors) == (0, [])
    assert "LDA, 8 to 8 dimensions, 20 lines of 10 speakers" in out
    net = ["--enhancer", tmp_path / "lda", "--embeddings", embeddings / "test"]
    assert run("enhance", "apply", *net, "--out", tmp_path / "better")[0] == 0
    assert np.isfinite(EmbeddingSet.load(tmp_path / "better").vectors).all()
    status, out, _ = run("enhance", "check", *net, "--test_list", corpus / "trials")
    assert status == 0
    assert "% before" in out


@pytest.mark.slow
def test_a_list_can_stand_for_the_corpus(run, embeddings, tmp_path):
    lines = "".join(f"o{row // 2} other-{row}.npy\n" for row in range(12))
    (tmp_path / "list").write_text(lines)
    base = ["--embeddings", embeddings / "train", "--out", tmp_path / "net", "--backend", "MeanSubtraction"]
    status, out, _ = run("enhance", "fit", *base, "--train_list", tmp_path / "list")
    assert status == 0
    assert "12 lines of 6 speakers" in out
    status, _, errors = run("enhance", "fit", *base)
    assert (status, errors) == (2, ["kowairo: fitting needs --corpus DIR or --train_list FILE, one of them"])


@pytest.mark.slow
def test_coral_takes_the_other_domain_and_nobody_else_does(run, embeddings, tmp_path):
    base = ["--embeddings", embeddings / "train", "--corpus", tmp_path / "cohort", "--out", tmp_path / "net"]
    other = ["--target_embeddings", embeddings / "test"]
    assert run("enhance", "fit", *base, "--backend", "CORAL", *other)[0] == 0
    for options in (["--backend", "CORAL"], ["--backend", "WCCN", *other]):
        status, _, errors = run("enhance", "fit", *base, *options)
        assert (status, errors) == (2, ["kowairo: CORAL needs --target_embeddings, and only CORAL does"])
    status, _, errors = run("enhance", "fit", *base, "--backend", "PLDA")
    assert status == 2
    assert "PLDA is no affine map" in errors[0]
