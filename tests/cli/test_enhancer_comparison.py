import numpy as np
import pytest

from kowairo.cli.enhancer_comparison import ComparedLists, ComparisonCohort
from kowairo.core import EmbeddingSet, InputError, Trials


def test_the_ceiling_leaves_out_the_lines_of_the_trial():
    embeddings = EmbeddingSet(
        np.array([[2, 0, 0], [0, 1, 0], [0, 0, 3], [0, 0, 9], [1, 1, 1]], dtype=np.float32),
        ["a1", "a2", "a3", "a1|noisy", "b1"],
    )
    trials = Trials(["a1|noisy", "a1", "b1"], ["a2", "b1", "a1"], np.array([True, False, False]))
    utt2spk = {utt: utt[0] for utt in embeddings.utts}
    scores = ComparedLists(embeddings, {"trials": trials}, utt2spk).ceiling()["trials"]
    # a3 alone; a2 and a3; b has no other line, so b1 itself
    assert scores.values == pytest.approx([0, 2 / np.sqrt(6), 1 / np.sqrt(3)])


def test_a_folder_of_lists_begins_with_the_headline_and_knows_the_speakers(tmp_path):
    EmbeddingSet(np.eye(3, dtype=np.float32), ["a1", "a2", "b1"]).save(tmp_path / "emb")
    (tmp_path / "utt2spk").write_text("a1 a\na2 a\nb1 b\n")
    (tmp_path / "trials_noisy").write_text("a1 a2 target\n")
    (tmp_path / "trials").write_text("a1 a2 target\na1 b1 nontarget\n")
    found = ComparedLists.open(tmp_path / "emb", tmp_path, None)
    assert (found.headline, list(found.lists)) == ("trials", ["trials", "trials_noisy"])
    assert found.speakers == {"a", "b"}
    assert found.scores(None)["trials"].values.tolist() == [0, 0]


def test_what_is_missing_is_named(tmp_path):
    EmbeddingSet(np.eye(2, dtype=np.float32), ["a1", "b1"]).save(tmp_path / "emb")
    with pytest.raises(InputError, match="no trials in it"):
        ComparedLists.open(tmp_path / "emb", tmp_path, None)
    (tmp_path / "utt2spk").write_text("c1 c\n")
    with pytest.raises(InputError, match="knows no line of"):
        ComparisonCohort.open(tmp_path / "emb", tmp_path, 5)
