import pytest

from kowairo.core import read_json
from kowairo.enhance import SetTransformer, save_enhancer


@pytest.mark.slow
def test_there_is_a_row_for_each_number_of_lines(run, corpus, embeddings, tmp_path):
    save_enhancer(SetTransformer(8, width=8), tmp_path / "net")
    options = ["--enhancer", tmp_path / "net", "--embeddings", embeddings / "test", "--corpus", corpus]
    more = ["--sizes", 2, 3, "--num_replicates", 20, "--out", tmp_path / "rows.json"]
    status, out, _ = run("enhance", "check_sets", *options, *more)
    assert status == 0
    assert [line.split(":")[0] for line in out.splitlines()] == ["2 lines", "3 lines"]
    rows = read_json(tmp_path / "rows.json")
    # The net is untrained, so it is the plain mean.
    assert [(row["reference"], row["difference"]) for row in rows] == [("plain mean", 0.0)] * 2
    status, _, errors = run("enhance", "check_sets", *options, "--sizes", 9)
    assert status == 2
    assert "models of 9 lines need two speakers with 10, got 0" in errors[0]


@pytest.mark.slow
def test_training_voices_are_refused_or_mark_the_rows(run, trained_on, corpus, embeddings, tmp_path):
    save_enhancer(SetTransformer(8, width=8), tmp_path / "net")
    trained_on(embeddings / "test", *(f"s3-{line}" for line in range(6)))
    options = ["--enhancer", tmp_path / "net", "--embeddings", embeddings / "test", "--corpus", corpus]
    more = ["--sizes", 2, "--num_replicates", 20, "--out", tmp_path / "rows.json"]
    status, _, errors = run("enhance", "check_sets", *options, *more)
    assert (status, len(errors)) == (2, 1)
    assert "utterances were in the training of the encoder (by audio: " in errors[0]
    status, out, _ = run("enhance", "check_sets", *options, *more, "--allow_overlap", "true")
    assert status == 0
    assert "[overlap: " in out
    assert read_json(tmp_path / "rows.json")[0]["overlap"]["by_audio"] > 0
