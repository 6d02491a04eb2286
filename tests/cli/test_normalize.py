import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_scores, write_scores


@pytest.fixture
def scores(run, corpus, embeddings, tmp_path):
    path = tmp_path / "scores.txt"
    given = ["--embeddings", embeddings / "test", "--trials", corpus / "trials", "--out", path]
    assert run("score", *given)[0] == 0
    return path


@pytest.fixture
def normalize(run, scores, corpus, embeddings, tmp_path):
    def call(*options, cohort=None):
        return run(
            *("normalize", "--scores", scores, "--embeddings", embeddings / "test", "--corpus", corpus),
            *("--cohort_embeddings", embeddings / "train", "--cohort_corpus", cohort or tmp_path / "cohort"),
            *("--out", tmp_path / "n.txt", *options),
        )

    return call


@pytest.mark.parametrize(
    "normalizer", ["ZNorm", "TNorm", "SNorm", "ZTNorm", "TZNorm", "AdaptiveZNorm", "AdaptiveSNorm"]
)
def test_normalizers_are_chosen_by_class(normalize, tmp_path, normalizer):
    settings = ["--normalizer.top_n", 5] if "Adaptive" in normalizer else []
    status, out, errors = normalize("--normalizer", normalizer, *settings)
    assert (status, errors) == (0, [])
    assert "cohort of 10 speakers" in out
    assert len(read_scores(tmp_path / "n.txt")) == 276


@pytest.mark.parametrize(("rows", "count"), [("utterances", 20), ("speakers", 10), ("clusters", 3)])
def test_a_cohort_has_rows_of_the_kind_that_is_asked_for(normalize, rows, count):
    _, out, _ = normalize("--normalizer", "SNorm", "--cohort_rows", rows, "--num_clusters", 3)
    assert f"cohort of {count} {rows}" in out


@pytest.mark.parametrize("preset", ["wespeaker", "speechbrain", "hyperion", "espnet", "voiceprint_zh"])
def test_presets_are_chosen_by_name(normalize, tmp_path, preset):
    assert normalize("--preset", preset, "--top_n", 5)[0] == 0
    assert len(read_scores(tmp_path / "n.txt")) == 276


def test_saved_statistics_give_the_same_scores_to_other_trials(run, normalize, scores, tmp_path):
    normalize("--normalizer", "AdaptiveSNorm", "--normalizer.top_n", 5, "--save", tmp_path / "fitted")
    raw = read_scores(scores)
    some = slice(100, 200)
    write_scores(tmp_path / "some", type(raw)(raw.enroll[some], raw.test[some], raw.values[some]))
    given = ["--scores", tmp_path / "some", "--statistics", tmp_path / "fitted", "--out", tmp_path / "m.txt"]
    assert run("normalize", *given)[0] == 0
    expected = read_scores(tmp_path / "n.txt").values[some]
    np.testing.assert_array_equal(read_scores(tmp_path / "m.txt").values, expected)


def test_a_back_end_moves_the_cohort_too(run, normalize, corpus, embeddings, tmp_path):
    given = ["--embeddings", embeddings / "test", "--corpus", corpus, "--out", tmp_path / "lda"]
    run("backend", "fit", *given, "--num_dims", 2)
    assert normalize("--normalizer", "SNorm", "--backend", tmp_path / "lda")[0] == 0
    lda = read_scores(tmp_path / "n.txt").values
    normalize("--normalizer", "SNorm")
    assert not np.allclose(lda, read_scores(tmp_path / "n.txt").values)


def test_a_back_end_without_cosines_is_refused(run, normalize, corpus, embeddings, tmp_path):
    given = ["--embeddings", embeddings / "test", "--corpus", corpus, "--out", tmp_path / "plda"]
    run("backend", "fit", *given, "--backend", "PLDA")
    status, _, errors = normalize("--normalizer", "SNorm", "--backend", tmp_path / "plda")
    assert (status, len(errors)) == (2, 1)
    assert "its scores are no cosines" in errors[0]


def test_a_cohort_with_a_speaker_of_the_trials_is_refused(normalize, tmp_path):
    rows = "".join(f"other-{row} {'s0' if row == 3 else f'o{row}'}\n" for row in range(20))
    (tmp_path / "utt2spk").write_text(rows)
    status, _, errors = normalize("--normalizer", "SNorm", cohort=tmp_path / "utt2spk")
    assert (status, len(errors)) == (2, 1)
    assert "the cohort holds 1 speakers of the trials, e.g. 's0'" in errors[0]
    excluded = ["--normalizer.shared_speakers", "exclude"]
    assert normalize("--normalizer", "SNorm", *excluded, cohort=tmp_path / "utt2spk")[0] == 0


def test_a_cohort_smaller_than_top_n_is_refused(normalize):
    status, _, errors = normalize("--normalizer", "AdaptiveSNorm", "--normalizer.top_n", 300)
    assert (status, len(errors)) == (2, 1)
    assert "300" in errors[0]


@pytest.mark.parametrize("skip", ["false", "true"])
def test_an_utterance_without_embedding_is_named_or_counted(run, scores, embeddings, tmp_path, skip):
    whole = EmbeddingSet.load(embeddings / "test")
    vectors = whole.subset(whole.utts[1:]).vectors.copy()
    vectors[0] = np.nan
    EmbeddingSet(vectors, whole.utts[1:]).save(tmp_path / "flawed")
    status, out, errors = run(
        *("normalize", "--scores", scores, "--embeddings", tmp_path / "flawed", "--out", tmp_path / "n.txt"),
        *("--cohort_embeddings", embeddings / "train", "--normalizer", "ZNorm"),
        *("--cohort_rows", "utterances", "--skip_missing", skip),
    )
    if skip == "true":
        assert (status, errors) == (0, [])
        assert "231 scores, cohort of 20 utterances, 45 trials left out" in out
    else:
        assert status == 2
        assert errors == [
            f"kowairo: {tmp_path / 'flawed'}: the embedding of 's0-1' is zero or not finite (1 such)"
        ]


def test_an_unmeasured_trial_is_named_with_file_and_line(run, normalize, scores, tmp_path):
    normalize("--normalizer", "ZNorm", "--save", tmp_path / "fitted")
    (tmp_path / "s").write_text("s0-0 s0-1 0.5\ns0-0 x 0.5\n")
    given = ["--scores", tmp_path / "s", "--statistics", tmp_path / "fitted", "--out", tmp_path / "m.txt"]
    status, _, errors = run("normalize", *given)
    assert status == 2
    assert errors == [f"kowairo: {tmp_path / 's'}:2: an utterance of the trial s0-0 x was not measured"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "one of --normalizer CLASS and --preset NAME"),
        (["--normalizer", "ZNorm", "--preset", "wespeaker"], "one of --normalizer CLASS and --preset NAME"),
        (["--preset", "wespeaker", "--cohort_rows", "speakers"], "leave cohort_rows out"),
        (["--normalizer", "ZNorm", "--top_n", "3"], "top_n goes with a preset"),
        (["--preset", "3d_speaker"], "3d_speaker does not normalise scores"),
        (["--normalizer", "ZNorm", "--statistics", "."], "either --statistics, or"),
        (["--preset", "nobody"], "preset"),
    ],
)
def test_options_that_contradict_each_other_are_refused(normalize, options, message):
    status, _, errors = normalize(*options)
    assert (status, len(errors)) == (2, 1)
    assert message in errors[0]


def test_statistics_or_something_to_fit_on_are_needed(run, scores, tmp_path):
    status, _, errors = run("normalize", "--scores", scores, "--out", tmp_path / "n.txt")
    assert (status, len(errors)) == (2, 1)
    assert "--statistics DIR, or --embeddings and --cohort_embeddings" in errors[0]
