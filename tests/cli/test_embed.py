from kowairo.core import EmbeddingSet, TrainingOverlap, open_crops


def test_several_sets_are_embedded_under_their_names(run, corpus, tmp_path):
    options = ["--encoder", "kowairo.models.MfccStatistics", "--out", tmp_path / "e"]
    status, out, _ = run("embed", *options, "--sets.one", corpus, "--sets.two", corpus)
    assert status == 0
    assert "24 of 24 lines embedded" in out
    assert EmbeddingSet.load(tmp_path / "e" / "two").dim == 46


def test_one_set_is_embedded_into_the_folder_itself(run, corpus, tmp_path):
    options = ["--encoder", "kowairo.models.MfccStatistics", "--out", tmp_path / "e"]
    assert run("embed", *options, "--corpus", corpus)[0] == 0
    assert len(EmbeddingSet.load(tmp_path / "e")) == 24
    assert (tmp_path / "e" / "config.yaml").exists()


def test_neither_a_set_nor_several_is_refused(run, tmp_path):
    status, _, errors = run("embed", "--encoder", "x", "--out", tmp_path / "e")
    message = "kowairo: embed needs one of --corpus DIR, --sets.NAME DIR and --store DIR"
    assert (status, errors) == (2, [message])


def test_a_set_knows_the_speakers_that_the_encoder_was_trained_on(run, corpus, trained, tmp_path):
    status, _, _ = run("embed", "--encoder", trained, "--out", tmp_path / "e", "--corpus", corpus)
    assert status == 0
    overlap = TrainingOverlap.of_set(tmp_path / "e")
    assert overlap.audio == {"s0-0"}
    assert set(overlap.speakers.values()) == {"s3"}


def test_crops_of_lines_are_kept_where_they_are_asked_for(run, corpus, tmp_path):
    options = [
        "--encoder",
        "kowairo.models.MfccStatistics",
        "--corpus",
        corpus,
        "--crops",
        3,
        "--crop_s",
        0.5,
    ]
    assert run("embed", *options, "--out", tmp_path / "mean")[0] == 0
    assert EmbeddingSet.load(tmp_path / "mean").meta["averaged_crops"] == 3
    assert run("embed", *options, "--crop_vectors", "each", "--out", tmp_path / "each")[0] == 0
    assert open_crops(tmp_path / "each")[0].shape == (24, 3, 46)
    status, _, errors = run("embed", *options[:-1], 0.1, "--out", tmp_path / "no")
    assert (status, errors) == (2, ["kowairo: crops must be at least 0.5 s long, got 0.1"])
