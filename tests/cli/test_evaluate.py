import pytest

from kowairo.core import Corpus, EmbeddingSet, read_json, read_overlap_note, read_scores


@pytest.fixture
def evaluate(run, corpus, embeddings, tmp_path):
    def call(system, *options):
        return run(
            *("evaluate", "--system", system, "--embeddings", embeddings, "--sets.test", corpus),
            *("--out", tmp_path / "exp", "--num_replicates", 20, *options),
        )

    return call


def test_every_list_gets_scores_and_a_result(evaluate, corpus, tmp_path):
    (corpus / "trials_all").write_text((corpus / "trials").read_text())
    assert evaluate("toy")[0] == 0
    results = sorted(path.name for path in (tmp_path / "exp" / "results").iterdir())
    assert results == ["toy.test.trials.none.json", "toy.test.trials_all.none.json"]
    assert (tmp_path / "exp" / "scores" / "toy" / "test" / "trials_all.none.txt").exists()


def test_a_reference_gives_paired_comparisons(evaluate, tmp_path):
    evaluate("base")
    assert evaluate("toy", "--reference", "base")[0] == 0
    row = read_json(tmp_path / "exp" / "results" / "compare.toy.test.trials.none.json")
    assert (row["system"], row["reference"], row["difference"]) == ("toy", "base", 0.0)


def test_normalizers_get_names_of_their_own(evaluate, tmp_path):
    (tmp_path / "n.yaml").write_text(
        "normalizers:\n  z: {class_path: ZNorm}\n  as: {class_path: AdaptiveSNorm, init_args: {top_n: 5}}\n"
    )
    options = ["--config", tmp_path / "n.yaml", "--cohort_corpus", tmp_path / "cohort"]
    assert evaluate("toy", *options)[0] == 0
    assert read_json(tmp_path / "exp" / "results" / "toy.test.trials.as.json")["normalization"] == "as"
    assert (tmp_path / "exp" / "scores" / "toy" / "test" / "trials.z.txt").exists()


def test_normalizers_without_a_cohort_are_refused(evaluate, tmp_path):
    (tmp_path / "n.yaml").write_text("normalizers:\n  z: {class_path: ZNorm}\n")
    status, _, errors = evaluate("toy", "--config", tmp_path / "n.yaml")
    assert (status, errors) == (2, ["kowairo: normalizers need --cohort_corpus DIR"])


def test_a_set_without_trials_is_refused_with_the_remedy(evaluate, corpus):
    (corpus / "trials").unlink()
    status, _, errors = evaluate("toy")
    assert status == 2
    assert "kowairo trials make" in errors[0]


def test_a_set_with_enough_speakers_calibrates_the_others(run, corpus, embeddings, tmp_path):
    other = tmp_path / "embeddings" / "dev"
    vectors = EmbeddingSet.load(embeddings / "test")
    renamed = {utt: f"d{utt}" for utt in vectors.utts}
    EmbeddingSet(vectors.vectors, list(renamed.values())).save(other)
    tables = Corpus.read(corpus)
    Corpus(
        {renamed[utt]: ref for utt, ref in tables.audio.items()},
        {renamed[utt]: f"d{speaker}" for utt, speaker in tables.utt2spk.items()},
    ).write(tmp_path / "dev")
    lines = [line.split() for line in (corpus / "trials").read_text().splitlines()]
    (tmp_path / "dev" / "trials").write_text("".join(f"d{a} d{b} {label}\n" for a, b, label in lines))
    status, out, _ = run(
        *("evaluate", "--system", "toy", "--embeddings", embeddings, "--out", tmp_path / "exp"),
        *("--sets.test", corpus, "--sets.dev", tmp_path / "dev", "--num_replicates", 20),
        *("--calibration", "valid", "dev", "--min_calibration_speakers", 4, "--worst", 2),
    )
    assert status == 0
    assert "calibrated on dev: 4 speakers" in out
    exp = tmp_path / "exp"
    assert read_json(exp / "results" / "toy.test.trials.calibrated.json")["cllr"] < 1.0
    assert not (exp / "results" / "toy.dev.trials.calibrated.json").exists()
    assert (exp / "operating_points" / "toy.calibrated.json").exists()
    assert len((exp / "worst" / "toy.test.tsv").read_text().splitlines()) == 5


def test_too_few_speakers_leave_scores_as_they_are(evaluate, tmp_path):
    status, out, _ = evaluate("toy", "--calibration", "test")
    assert status == 0
    assert "no calibration on test: 4 speakers, 20 needed" in out
    assert not (tmp_path / "exp" / "operating_points").exists()


def test_a_back_end_scores_every_list(run, evaluate, corpus, embeddings, tmp_path):
    given = ["--embeddings", embeddings / "test", "--corpus", corpus, "--out", tmp_path / "plda"]
    run("backend", "fit", *given, "--backend", "PLDA")
    assert evaluate("toy", "--backend", tmp_path / "plda")[0] == 0
    scores = read_scores(tmp_path / "exp" / "scores" / "toy" / "test" / "trials.none.txt")
    assert abs(scores.values).max() > 1.0


def test_lists_on_training_voices_are_refused_before_anything_is_written(
    run, evaluate, trained, corpus, tmp_path
):
    out = tmp_path / "embeddings" / "test"
    assert run("embed", "--encoder", trained, "--out", out, "--corpus", corpus)[0] == 0
    status, _, errors = evaluate("toy")
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith(f"kowairo: {corpus / 'trials'}: 7 of 24 utterances were in the training")
    assert not (tmp_path / "exp").exists()


def test_allowed_overlap_marks_rows_scores_and_lines(run, evaluate, trained, corpus, tmp_path):
    out = tmp_path / "embeddings" / "test"
    assert run("embed", "--encoder", trained, "--out", out, "--corpus", corpus)[0] == 0
    status, printed, _ = evaluate("toy", "--allow_overlap", "true")
    assert status == 0
    assert "[overlap: 7 of 24 utterances were in the training of the encoder" in printed
    rows = read_json(tmp_path / "exp" / "results" / "toy.test.trials.none.json")
    assert [row["overlap"]["utterances"] for row in rows] == [7] * len(rows)
    scores = tmp_path / "exp" / "scores" / "toy" / "test" / "trials.none.txt"
    assert read_overlap_note(scores).by_audio == 1
