import numpy as np
import pytest

from kowairo.core import Corpus, EmbeddingSet, read_json, read_overlap_note, read_scores, read_trials
from kowairo.core.kaldi_ark import write_ark


@pytest.fixture
def score(run, corpus, embeddings, tmp_path):
    def call(*options, source=None, trials=None):
        given = ["--embeddings", source or embeddings / "test", "--trials", trials or corpus / "trials"]
        return run("score", *given, "--out", tmp_path / "scores.txt", *options)

    return call


@pytest.fixture
def scores(score, tmp_path):
    assert score()[0] == 0
    return read_scores(tmp_path / "scores.txt")


def test_a_score_is_the_cosine_of_each_trial_in_the_order_of_the_list(scores, corpus, embeddings):
    listed, vectors = read_trials(corpus / "trials"), EmbeddingSet.load(embeddings / "test")
    assert (scores.enroll, scores.test) == (listed.enroll, listed.test)
    left, right = vectors.rows(listed.enroll[:1])[0], vectors.rows(listed.test[:1])[0]
    cosine = left @ right / (np.linalg.norm(left) * np.linalg.norm(right))
    assert scores.values[0] == pytest.approx(cosine, abs=1e-6)


def write_voxceleb(folder, trials):
    (folder / "list").write_text("".join(f"{int(target)} {a} {b}\n" for a, b, target in trials))
    return ["--trials", folder / "list"]


def write_pair(folder, trials):
    for name, wanted in (("tar", True), ("imp", False)):
        lines = [f"{a}\t{b}\n" for a, b, target in trials if target == wanted]
        (folder / f"{name}-enroll-test.txt").write_text("".join(lines))
    return ["--trials", folder / "tar-enroll-test.txt", "--nontarget_trials", folder / "imp-enroll-test.txt"]


@pytest.mark.parametrize("write", [write_voxceleb, write_pair])
def test_every_convention_of_trials_gives_the_same_scores(run, scores, corpus, embeddings, tmp_path, write):
    options = write(tmp_path, list(read_trials(corpus / "trials")))
    given = ["--embeddings", embeddings / "test", *options, "--out", tmp_path / "other.txt"]
    assert run("score", *given)[0] == 0
    other = read_scores(tmp_path / "other.txt")
    expected = dict(zip(zip(scores.enroll, scores.test, strict=True), scores.values, strict=True))
    assert dict(zip(zip(other.enroll, other.test, strict=True), other.values, strict=True)) == expected


def write_npy(folder, vectors):
    for utt, vector in zip(vectors.utts, vectors.vectors, strict=True):
        np.save(folder / f"{utt}.npy", vector)
    return folder


def write_kaldi(folder, vectors):
    write_ark(folder / "vectors.ark", vectors)
    return folder / "vectors.scp"


def write_text(folder, vectors):
    rows = zip(vectors.utts, vectors.vectors.tolist(), strict=True)
    (folder / "vectors.txt").write_text("".join(f"{utt} {' '.join(map(repr, row))}\n" for utt, row in rows))
    return folder / "vectors.txt"


@pytest.mark.parametrize("write", [write_npy, write_kaldi, write_text])
def test_every_form_of_embeddings_gives_the_same_scores(score, scores, embeddings, tmp_path, write):
    (tmp_path / "form").mkdir()
    assert score(source=write(tmp_path / "form", EmbeddingSet.load(embeddings / "test")))[0] == 0
    np.testing.assert_array_equal(read_scores(tmp_path / "scores.txt").values, scores.values)


def test_a_fitted_back_end_scores(run, score, scores, corpus, embeddings, tmp_path):
    fit = ["--embeddings", embeddings / "test", "--corpus", corpus, "--out", tmp_path / "plda"]
    assert run("backend", "fit", *fit, "--backend", "PLDA")[0] == 0
    assert score("--backend", tmp_path / "plda")[0] == 0
    assert np.abs(read_scores(tmp_path / "scores.txt").values).max() > 1.0  # log-likelihood ratios


@pytest.mark.parametrize("enrollment", ["mean", "max", "top_k", "concat"])
def test_models_of_several_utterances_are_scored(score, corpus, tmp_path, enrollment):
    (tmp_path / "spk2enroll").write_text("m0 s0-0 s0-1\nm1 s1-0 s1-1 s1-2\n")
    (tmp_path / "list").write_text("m0 s0-4 target\nm0 s1-4 nontarget\nm1 s1-4 target\nm1 s0-4 nontarget\n")
    options = ["--spk2enroll", tmp_path / "spk2enroll", "--enrollment", enrollment, "--top_k", 2]
    durations = ["--utt2dur", corpus / "utt2dur"] if enrollment == "concat" else []
    assert score(*options, *durations, trials=tmp_path / "list")[0] == 0
    same0, other0, same1, other1 = read_scores(tmp_path / "scores.txt").values
    assert min(same0, same1) > max(other0, other1)


@pytest.fixture
def flawed(embeddings, tmp_path):
    """Embeddings of which s0-0 is missing, s0-1 is NaN and s0-2 is zero."""
    whole = EmbeddingSet.load(embeddings / "test")
    part = whole.subset([utt for utt in whole.utts if utt != "s0-0"])
    vectors = part.vectors.copy()
    vectors[part.index["s0-1"]] = np.nan
    vectors[part.index["s0-2"]] = 0.0
    EmbeddingSet(vectors, part.utts).save(tmp_path / "flawed")
    return tmp_path / "flawed"


@pytest.mark.parametrize(
    ("utt", "problem"),
    [("s0-0", "is missing"), ("s0-1", "is zero or not finite"), ("s0-2", "is zero or not finite")],
)
def test_a_trial_that_cannot_be_scored_is_named_with_file_and_line(score, flawed, tmp_path, utt, problem):
    (tmp_path / "list").write_text(f"s1-0 s1-1 target\ns1-0 {utt} nontarget\n")
    status, _, errors = score(source=flawed, trials=tmp_path / "list")
    message = f"kowairo: {tmp_path / 'list'}:2: the embedding of {utt!r} {problem}"
    assert (status, errors) == (2, [message])
    assert not (tmp_path / "scores.txt").exists()


def test_the_place_in_a_pair_of_files_is_that_of_the_file_given(run, flawed, tmp_path):
    (tmp_path / "tar").write_text("s1-0\ts1-1\n")
    (tmp_path / "imp").write_text("s1-0\ts2-0\ns1-0\ts0-0\n")
    given = ["--trials", tmp_path / "tar", "--nontarget_trials", tmp_path / "imp", "--out", tmp_path / "s"]
    _, _, errors = run("score", "--embeddings", flawed, *given)
    assert errors == [f"kowairo: {tmp_path / 'imp'}:2: the embedding of 's0-0' is missing"]


def test_trials_that_cannot_be_scored_are_counted_and_left_out(score, flawed, tmp_path):
    status, out, _ = score("--skip_missing", "true", source=flawed)
    assert status == 0
    assert "210 scores, 66 trials left out (23 missing, 43 unusable embeddings)" in out
    assert len(read_scores(tmp_path / "scores.txt")) == 210


def test_a_list_of_other_utterances_leaves_nothing_to_score(score, embeddings, tmp_path):
    status, _, errors = score("--skip_missing", "true", source=embeddings / "train")
    assert (status, len(errors)) == (2, 1)
    assert "no trial has embeddings" in errors[0]
    assert not (tmp_path / "scores.txt").exists()


def test_scores_of_unknown_utterances_name_one(score, corpus, embeddings):
    status, _, errors = score(source=embeddings / "train")
    assert status == 2
    assert Corpus.read(corpus).utts[0] in errors[0]


def test_a_label_that_is_neither_is_named_with_file_and_line(score, tmp_path):
    (tmp_path / "list").write_text("s0-0 s0-1 target\ns0-0 s1-1 impostor\n")
    _, _, errors = score(trials=tmp_path / "list")
    assert errors == [f"kowairo: {tmp_path / 'list'}:2: label 'impostor' is none of target, nontarget"]


def test_embeddings_of_different_dimension_are_named(score, tmp_path):
    (tmp_path / "text").write_text("s0-0 1 2\ns0-1 1 2 3\n")
    _, _, errors = score(source=tmp_path / "text")
    assert errors == [f"kowairo: {tmp_path / 'text'}:2: 3 numbers, expected 2 as before"]


def test_an_embedding_that_stands_twice_is_named(score, tmp_path):
    (tmp_path / "text").write_text("s0-0 1 2\ns0-0 1 3\n")
    _, _, errors = score(source=tmp_path / "text")
    assert errors[0].startswith(f"kowairo: {tmp_path / 'text'}:2: utterance 's0-0' stands twice")


@pytest.fixture
def overlapping(run, corpus, trained, tmp_path):
    """Embeddings by an encoder that was trained on s0-0 and on the speaker s3."""
    assert run("embed", "--encoder", trained, "--out", tmp_path / "o", "--corpus", corpus)[0] == 0
    return tmp_path / "o"


def test_trials_on_training_voices_are_refused_in_one_line(score, overlapping, corpus, tmp_path):
    status, _, errors = score(source=overlapping)
    assert (status, len(errors)) == (2, 1)
    counted = (
        "7 of 24 utterances were in the training of the encoder (by audio: 1, by speaker: 6, speakers: 1"
    )
    assert errors[0].startswith(f"kowairo: {corpus / 'trials'}: {counted}, the first: s0-0)")
    assert not (tmp_path / "scores.txt").exists()


def test_trials_on_other_voices_are_scored(score, overlapping, tmp_path):
    (tmp_path / "list").write_text("s1-0 s1-1 target\ns1-0 s2-0 nontarget\n")
    assert score(source=overlapping, trials=tmp_path / "list")[0] == 0
    assert read_overlap_note(tmp_path / "scores.txt") is None


def test_allowed_overlap_marks_the_scores_and_all_that_is_made_of_them(
    run, score, overlapping, corpus, tmp_path
):
    status, out, _ = score("--allow_overlap", "true", source=overlapping)
    assert status == 0
    assert "(marked: 7 of 24 utterances" in out
    given = ["--trials", corpus / "trials", "--corpus", corpus, "--num_replicates", 20]
    for scores in (tmp_path / "scores.txt", tmp_path / "norm.txt", tmp_path / "llr.txt"):
        if scores.name == "norm.txt":
            cohort = [
                "--cohort_embeddings",
                overlapping,
                "--cohort_rows",
                "utterances",
                "--normalizer",
                "ZNorm",
            ]
            options = ["--scores", tmp_path / "scores.txt", "--embeddings", overlapping, *cohort]
            assert run("normalize", *options, "--out", scores)[0] == 0
        if scores.name == "llr.txt":
            dev = ["--dev_scores", tmp_path / "norm.txt", "--dev_trials", corpus / "trials"]
            assert run("calibrate", *dev, "--scores", tmp_path / "norm.txt", "--out", scores)[0] == 0
        refused = run("metrics", "--scores", scores, *given)
        assert (refused[0], len(refused[2])) == (2, 1)
        options = ["--allow_overlap", "true", "--out", tmp_path / "r.json"]
        _, out, _ = run("metrics", "--scores", scores, *given, *options)
        assert "[overlap: 7 of 24 utterances" in out
        assert read_json(tmp_path / "r.json")["overlap"]["by_speaker"] == 6


def test_enrolment_utterances_of_models_count(score, overlapping, tmp_path):
    (tmp_path / "spk2enroll").write_text("m1 s1-0 s3-1\n")
    (tmp_path / "list").write_text("m1 s1-4 target\nm1 s2-4 nontarget\n")
    status, _, errors = score(
        "--spk2enroll", tmp_path / "spk2enroll", source=overlapping, trials=tmp_path / "list"
    )
    assert status == 2
    assert "1 of 4 utterances" in errors[0]


def test_a_transformed_set_still_knows_the_training(run, score, overlapping, corpus, tmp_path):
    fit = ["--embeddings", overlapping, "--corpus", corpus, "--out", tmp_path / "lda", "--num_dims", 2]
    assert run("backend", "fit", *fit)[0] == 0
    made = ["--embeddings", overlapping, "--backend", tmp_path / "lda", "--out", tmp_path / "made"]
    assert run("backend", "apply", *made)[0] == 0
    assert score(source=tmp_path / "made")[0] == 2
