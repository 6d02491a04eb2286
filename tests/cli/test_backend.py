from kowairo.core import EmbeddingSet


def test_a_back_end_is_fitted_saved_and_applied_to_all_sets(run, corpus, embeddings, tmp_path):
    fit = ["--embeddings", embeddings / "test", "--corpus", corpus, "--out", tmp_path / "lda"]
    status, out, _ = run("backend", "fit", *fit, "--num_dims", 2)
    assert status == 0
    assert "2 directions from 24 lines" in out
    apply = ["--embeddings", embeddings, "--backend", tmp_path / "lda", "--out", tmp_path / "out"]
    assert run("backend", "apply", *apply)[0] == 0
    assert EmbeddingSet.load(tmp_path / "out" / "train").dim == 2
    assert EmbeddingSet.load(tmp_path / "out" / "test").utts == EmbeddingSet.load(embeddings / "test").utts
