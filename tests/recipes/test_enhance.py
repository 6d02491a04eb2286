"""The recipe enhance: with and without a corpus, what it leaves, and its errors."""

import numpy as np
import pytest

from kowairo.core import EmbeddingSet, TrainingOverlap, read_json
from kowairo.core.training_overlap import OVERLAP_NAME, RECORD_KEY


@pytest.fixture
def given(tmp_path):
    """Embeddings of 30 speakers with two sessions, by path and by table."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((30, 8))
    paths = [f"id{s:02d}/{'ab'[n % 2]}/{n}" for s in range(30) for n in range(6)]
    vectors = np.array([centres[int(utt[2:4])] + rng.standard_normal(8) for utt in paths], dtype=np.float32)
    EmbeddingSet(vectors, paths).save(tmp_path / "paths")
    flat = [utt.replace("/", "-") for utt in paths]
    EmbeddingSet(vectors, flat).save(tmp_path / "flat")
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "utt2spk").write_text("".join(f"{utt} {utt[:4]}\n" for utt in flat))
    (tables / "utt2title").write_text("".join(f"{utt} {utt[5]}\n" for utt in flat))
    return tmp_path


@pytest.mark.smoke
def test_ids_alone_are_enough_and_a_second_run_does_nothing(enhance, given):
    options = ["--embeddings", given / "paths", "--conf", "smoke", "--exp", given / "exp"]
    first = enhance.run(*options)
    assert first.returncode == 0, first.stderr[-3000:]
    rows = read_json(given / "exp" / "table" / "table.json")
    nets = ["lda", "linear_v3", "residual", "residual_da"]
    assert [row["system"] for row in rows] == ["as they are", *nets, "ceiling"]
    assert (given / "exp" / "table" / "enhancers.png").stat().st_size > 1000
    again = enhance.run(*options)
    assert again.stdout.count("unchanged, skipped") == 4


@pytest.mark.smoke
def test_tables_of_a_corpus_give_speakers_and_sessions(enhance, given):
    options = ["--embeddings", given / "flat", "--corpus", given / "tables", "--conf", "smoke"]
    run = enhance.run(*options, "--sessions", "utt2title", "--exp", given / "exp", "--stop-stage", 1)
    assert run.returncode == 0, run.stderr[-3000:]
    assert (given / "exp" / "nets" / "residual_da" / "scores.txt").exists()
    names = [line.split()[0] for line in (given / "exp/lists/train_normal_list.txt").read_text().splitlines()]
    others = [line.split()[0] for line in (given / "exp/lists/test_normal_list.txt").read_text().splitlines()]
    assert not set(names) & set(others)
    # Without sessions there is nothing to adapt: the net that lies there is of another run.
    without = enhance.run(*options, "--exp", given / "exp")
    assert without.returncode == 0, without.stderr[-3000:]
    rows = read_json(given / "exp" / "table" / "table.json")
    assert [row["system"] for row in rows] == ["as they are", "lda", "linear_v3", "residual", "ceiling"]


@pytest.mark.smoke
def test_voices_of_the_encoders_training_stop_the_table_unless_they_are_allowed(enhance, given):
    whole = EmbeddingSet.load(given / "paths")
    EmbeddingSet(whole.vectors.copy(), whole.utts, {RECORD_KEY: {}}).save(given / "paths")
    TrainingOverlap(frozenset(whole.utts), {}).write(given / "paths" / OVERLAP_NAME)
    options = ["--embeddings", given / "paths", "--conf", "smoke", "--exp", given / "exp"]
    refused = enhance.run(*options)
    assert refused.returncode == 2
    assert "--allow_overlap true goes on" in refused.stderr
    allowed = enhance.run(*options, "--allow-overlap")
    assert allowed.returncode == 0, allowed.stderr[-3000:]
    assert "Not a figure of new voices" in (given / "exp" / "table" / "table.md").read_text()


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "give the embeddings"),
        (["--embeddings", "nowhere"], "nowhere: no such file or folder"),
        (["--embeddings", "PATHS", "--sessions", "utt2title"], "a table of --corpus"),
        (["--embeddings", "PATHS", "--corpus", "TABLES", "--sessions", "utt2mood"], "no such table"),
        (["--embeddings", "PATHS", "--mood", "x"], "unknown option --mood"),
    ],
)
def test_wrong_usage_is_one_line(enhance, given, options, message):
    named = {"PATHS": given / "paths", "TABLES": given / "tables"}
    run = enhance.run(*[named.get(option, option) for option in options], "--exp", given / "exp")
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 1
    assert message in run.stderr
