import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_json

CHAIN = """\
backend:
  class_path: Chain
  init_args:
    steps:
      - MeanSubtraction
      - {class_path: Whitening, init_args: {shrinkage: 0.1}}
      - LengthNorm
      - {class_path: PLDA, init_args: {num_iterations: 3}}
"""


@pytest.fixture
def fit(run, corpus, embeddings, tmp_path):
    def call(*options, source=None):
        given = ["--embeddings", source or embeddings / "test", "--corpus", corpus]
        return run("backend", "fit", *given, "--out", tmp_path / "fitted", *options)

    return call


def test_a_back_end_is_fitted_saved_and_applied_to_all_sets(run, fit, embeddings, tmp_path):
    status, out, _ = fit("--num_dims", 2)
    assert status == 0
    assert "2 directions from 24 lines of 4 speakers" in out
    apply = ["--embeddings", embeddings, "--backend", tmp_path / "fitted", "--out", tmp_path / "out"]
    assert run("backend", "apply", *apply)[0] == 0
    assert EmbeddingSet.load(tmp_path / "out" / "train").dim == 2
    assert EmbeddingSet.load(tmp_path / "out" / "test").utts == EmbeddingSet.load(embeddings / "test").utts


@pytest.mark.parametrize("kind", ["PLDA", "Whitening", "WCCN", "MeanSubtraction", "LDA"])
def test_back_ends_are_chosen_by_class(fit, tmp_path, kind):
    assert fit("--backend", kind)[0] == 0
    assert read_json(tmp_path / "fitted" / "config.json")["kind"] == kind


def test_a_chain_is_described_by_a_file_and_adapted(run, fit, embeddings, tmp_path):
    (tmp_path / "chain.yaml").write_text(CHAIN)
    status, out, _ = fit("--config", tmp_path / "chain.yaml")
    assert status == 0
    assert "MeanSubtraction + Whitening + LengthNorm + PLDA" in out
    given = [
        "--backend",
        tmp_path / "fitted",
        "--embeddings",
        embeddings / "train",
        "--out",
        tmp_path / "new",
    ]
    for method in ("unsupervised", "coral", "coral_plus"):
        assert run("backend", "adapt", *given, "--method", method)[0] == 0
    before, after = (np.load(tmp_path / name / "step3" / "arrays.npz")["psi"] for name in ("fitted", "new"))
    assert not np.allclose(before, after)


def test_only_plda_can_be_adapted(run, fit, embeddings, tmp_path):
    fit()
    given = [
        "--backend",
        tmp_path / "fitted",
        "--embeddings",
        embeddings / "train",
        "--out",
        tmp_path / "new",
    ]
    status, _, errors = run("backend", "adapt", *given)
    assert (status, len(errors)) == (2, 1)
    assert "only PLDA can be adapted, and this ends in LDA" in errors[0]


def test_settings_of_lda_do_not_go_with_another_class(fit):
    status, _, errors = fit("--backend", "PLDA", "--shrinkage", 0.1)
    assert (status, len(errors)) == (2, 1)
    assert "are those of LDA" in errors[0]


def test_a_vector_that_cannot_be_used_is_named_or_left_out(fit, embeddings, tmp_path):
    whole = EmbeddingSet.load(embeddings / "test")
    vectors = whole.vectors.copy()
    vectors[3] = np.nan
    EmbeddingSet(vectors, whole.utts).save(tmp_path / "flawed")
    status, _, errors = fit(source=tmp_path / "flawed")
    assert (status, len(errors)) == (2, 1)
    assert "the embedding of 's0-3' is zero or not finite" in errors[0]
    assert "from 23 lines" in fit("--skip_missing", "true", source=tmp_path / "flawed")[1]


def test_embeddings_of_other_lines_are_refused(fit, embeddings):
    status, _, errors = fit(source=embeddings / "train")
    assert (status, len(errors)) == (2, 1)
    assert "has none of the 24 utterances" in errors[0]
