import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_overlap_note
from kowairo.enhance import LinearNetV2, SetTransformer, save_enhancer


@pytest.fixture
def models(tmp_path):
    (tmp_path / "spk2enroll").write_text("m0 s0-0 s0-1\nm1 s1-0 s1-1 s1-2\n")
    return tmp_path / "spk2enroll"


@pytest.mark.slow
def test_models_stand_before_the_lines_that_they_are_scored_against(run, embeddings, models, tmp_path):
    save_enhancer(SetTransformer(8, width=8), tmp_path / "net")
    options = ["--embeddings", embeddings / "test", "--spk2enroll", models]
    assert run("enhance", "enroll", *options, "--out", tmp_path / "plain", "--lines", "without")[0] == 0
    status, out, _ = run(
        "enhance", "enroll", *options, "--out", tmp_path / "net_set", "--enhancer", tmp_path / "net"
    )
    assert status == 0
    assert "2 models of 5 lines" in out
    plain, joined = EmbeddingSet.load(tmp_path / "plain"), EmbeddingSet.load(tmp_path / "net_set")
    assert plain.utts == ["m0", "m1"]
    assert joined.utts[:2] == ["m0", "m1"]
    assert len(joined) == 26
    assert np.allclose(joined.rows(["m0", "m1"]), plain.vectors, atol=1e-6)


@pytest.mark.slow
def test_nets_of_rows_and_models_called_as_lines_are_refused(run, embeddings, models, tmp_path):
    save_enhancer(LinearNetV2(8), tmp_path / "net")
    options = ["--embeddings", embeddings / "test", "--spk2enroll", models, "--out", tmp_path / "out"]
    status, _, errors = run("enhance", "enroll", *options, "--enhancer", tmp_path / "net")
    assert status == 2
    assert "LinearNetV2 takes one embedding at a time, not sets" in errors[0]
    models.write_text("s0-0 s0-1\n")
    status, _, errors = run("enhance", "enroll", *options)
    assert (status, errors) == (2, [f"kowairo: {models}: 's0-0' is a model and a line (1 such)"])


@pytest.mark.slow
def test_models_of_training_lines_are_refused_where_they_are_scored(
    run, trained_on, embeddings, models, tmp_path
):
    folder = embeddings / "test"
    trained_on(folder, "s0-1")
    options = ["--embeddings", folder, "--spk2enroll", models, "--out", tmp_path / "enrolled"]
    assert run("enhance", "enroll", *options)[0] == 0
    score = ["score", "--embeddings", tmp_path / "enrolled", "--out", tmp_path / "scores.txt", "--trials"]
    (tmp_path / "clean").write_text("m1 s1-4 target\nm1 s2-4 nontarget\n")
    assert run(*score, tmp_path / "clean")[0] == 0
    (tmp_path / "heard").write_text("m0 s0-4 target\nm0 s2-4 nontarget\n")
    status, _, errors = run(*score, tmp_path / "heard")
    assert (status, len(errors)) == (2, 1)
    assert "1 of 3 utterances were in the training of the encoder (by audio: 1" in errors[0]
    assert run(*score, tmp_path / "heard", "--allow_overlap", "true")[0] == 0
    assert read_overlap_note(tmp_path / "scores.txt").first == "m0"
