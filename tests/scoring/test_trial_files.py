import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, TableError, read_scores, read_trials, write_trials
from kowairo.scoring import LDA, score_trials
from kowairo.scoring.enrollment import Enrollment, score_enrolled
from kowairo.scoring.trial_files import TrialCounts, score_trial_file
from kowairo.testing.scoring import toy_trials


@pytest.fixture
def four():
    vectors = np.array([[1, 0], [1, 1], [0, 0], [np.nan, 1]], dtype=np.float32)
    return EmbeddingSet(vectors, ["a", "b", "zero", "nan"])


@pytest.fixture
def toy(tmp_path):
    embeddings, trials, _ = toy_trials()
    write_trials(tmp_path / "trials", trials)
    return embeddings, trials, tmp_path


def test_hand_worked_scores_are_written_in_the_order_of_the_list(four, tmp_path):
    (tmp_path / "trials").write_text("1 b a\n0 a b\n0 a a\n")
    assert score_trial_file(four, tmp_path / "trials", tmp_path / "s") == TrialCounts(3, 0, 0)
    scores = read_scores(tmp_path / "s")
    assert (scores.enroll, scores.test) == (["b", "a", "a"], ["a", "b", "a"])
    assert scores.values == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 1.0], abs=1e-7)


@pytest.mark.parametrize("block_bytes", [1, 500, 1 << 20])
def test_a_file_scored_in_blocks_holds_what_the_list_gets_at_once(toy, block_bytes):
    embeddings, trials, folder = toy
    lda = LDA(num_dims=3).fit(embeddings.vectors, [utt.split("-")[0] for utt in embeddings.utts])
    counts = score_trial_file(
        embeddings, folder / "trials", folder / "s", backend=lda, block_bytes=block_bytes
    )
    assert counts.num_scored == len(trials)
    np.testing.assert_allclose(
        read_scores(folder / "s").values, score_trials(embeddings, trials, lda).values, atol=2e-7
    )


def test_a_saved_set_is_scored_from_the_disk(toy):
    embeddings, trials, folder = toy
    embeddings.save(folder / "set")
    score_trial_file(EmbeddingSet.load(folder / "set"), folder / "trials", folder / "s")
    np.testing.assert_array_equal(read_scores(folder / "s").values, score_trials(embeddings, trials).values)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a x nontarget", "t:3: the embedding of 'x' is missing"),
        ("x zero nontarget", "t:3: the embedding of 'x' is missing"),
        ("a zero nontarget", "t:3: the embedding of 'zero' is zero or not finite"),
        ("nan b nontarget", "t:3: the embedding of 'nan' is zero or not finite"),
    ],
)
def test_a_side_without_embedding_is_named_by_line(four, tmp_path, line, message):
    (tmp_path / "t").write_text(f"a b target\n\n{line}\n")
    with pytest.raises(TableError, match=message):
        score_trial_file(four, tmp_path / "t", tmp_path / "s")
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("block_bytes", [1, 1 << 20])
def test_trials_without_embedding_are_counted_and_left_out_when_asked(four, tmp_path, block_bytes):
    (tmp_path / "t").write_text("a x target\na b target\nzero b nontarget\nx nan target\nb a target\n")
    counts = score_trial_file(
        four, tmp_path / "t", tmp_path / "s", skip_missing=True, block_bytes=block_bytes
    )
    assert counts == TrialCounts(num_scored=2, num_missing=2, num_unusable=1)
    assert read_scores(tmp_path / "s").enroll == ["a", "b"]


def test_a_list_of_which_nothing_can_be_scored_gives_an_empty_file(four, tmp_path):
    (tmp_path / "t").write_text("x y target\n")
    assert score_trial_file(four, tmp_path / "t", tmp_path / "s", skip_missing=True).num_scored == 0
    assert (tmp_path / "s").read_text() == ""


@pytest.mark.parametrize("method", ["mean", "max", "top_k", "concat"])
def test_models_of_several_utterances_score_as_in_memory(toy, method):
    embeddings, _, folder = toy
    models = {"m0": ["spk0-0", "spk0-1"], "m1": ["spk1-0"]}
    (folder / "t").write_text("m0 spk0-2 target\nm1 spk0-2 nontarget\nm1 spk1-2 target\n")
    durations = dict.fromkeys(embeddings.utts, 2.0)
    options = {"enrollment": Enrollment(method), "utt2dur": durations}
    score_trial_file(embeddings, folder / "t", folder / "s", spk2enroll=models, **options)
    expected = score_enrolled(embeddings, read_trials(folder / "t"), models, **options)
    np.testing.assert_allclose(read_scores(folder / "s").values, expected.values, atol=2e-7)


def test_models_are_missing_or_unusable_as_their_utterances_are(four, tmp_path):
    models = {"good": ["a"], "empty": [], "lost": ["a", "x"], "spoilt": ["zero", "a"]}
    (tmp_path / "t").write_text("".join(f"{model} b target\n" for model in [*models, "unknown"]))
    counts = score_trial_file(four, tmp_path / "t", tmp_path / "s", spk2enroll=models, skip_missing=True)
    assert counts == TrialCounts(num_scored=1, num_missing=3, num_unusable=1)


def test_a_test_that_enrolled_its_model_is_refused(four, tmp_path):
    (tmp_path / "t").write_text("m b target\nm a target\n")
    with pytest.raises(TableError, match="t:2: the test is one of the model's enrolment utterances"):
        score_trial_file(four, tmp_path / "t", tmp_path / "s", spk2enroll={"m": ["a"]})


def test_the_list_is_not_overwritten_by_its_scores(four, tmp_path):
    (tmp_path / "t").write_text("a b target\n")
    with pytest.raises(InputError, match="would replace the trial list"):
        score_trial_file(four, tmp_path / "t", tmp_path / "t")


def test_an_empty_list_is_refused(four, tmp_path):
    (tmp_path / "t").write_text("")
    with pytest.raises(InputError, match="no trial in it"):
        score_trial_file(four, tmp_path / "t", tmp_path / "s")
