import subprocess
import sys

import pytest

from kowairo.core import file_digest
from kowairo.data.shards import ShardSet


def test_a_corpus_becomes_shards_with_bad_files_counted(run, corpus, tmp_path):
    (corpus / "s0-0.wav").write_bytes(b"")
    options = ["--corpus", corpus, "--out", tmp_path / "shards", "--shard_mb", 0.1, "--seed", 3]
    status, out, _ = run("corpus", "shard", *options)
    shards = ShardSet.open(tmp_path / "shards")
    assert len(shards.shards) > 1
    assert (status, out) == (
        0,
        f"23 lines of 4 speakers in {len(shards.shards)} shards, 1 left out, 1 empty\n",
    )


def test_shards_are_indexed_again_from_what_is_in_them(run, corpus, tmp_path):
    options = ["--corpus", corpus, "--out", tmp_path / "shards", "--format", "original"]
    assert run("corpus", "shard", *options)[0] == 0
    found = ["--shards", tmp_path / "shards", "--out", tmp_path / "index"]
    status, out, _ = run("corpus", "index", *found, "--label", "json", "--field", "speaker")
    assert (status, out) == (0, "24 lines of 4 speakers in 1 shards, 0 left out\n")
    assert list(ShardSet.open(tmp_path / "index").utts) == list(ShardSet.open(tmp_path / "shards").utts)


def test_shards_without_labels_are_one_line_and_status_two(run, corpus, tmp_path):
    run("corpus", "shard", "--corpus", corpus, "--out", tmp_path / "shards")
    found = ["--shards", tmp_path / "shards", "--out", tmp_path / "index"]
    status, out, errors = run("corpus", "index", *found, "--label", "cls")
    assert (status, out, len(errors)) == (2, "", 1)
    assert "no sample has audio and a speaker in .cls; its members: .flac (24), .json (24)" in errors[0]


STAGE = """
stage: {name: tiny, epochs: 2, crop_s: 0.4, batch_size: 4, precision: fp32}
encoder:
  class_path: kowairo.models.EcapaGroupNorm
  init_args:
    channels: [8, 8, 8, 8, 16]
    attention_channels: 4
    se_channels: 4
    embedding_dim: 8
    num_groups: 2
    res2net_scale: 2
    front_end: {class_path: kowairo.models.NormalizedFbank}
threads: 1
device: cpu
shuffle_buffer: 8
shard_lanes: 2
"""


@pytest.mark.slow
def test_training_on_shards_gives_the_same_with_workers_and_nearly_so_in_two_processes(run, corpus, tmp_path):
    run("corpus", "shard", "--corpus", corpus, "--out", tmp_path / "shards", "--shard_mb", 0.1)
    (tmp_path / "stage.yaml").write_text(STAGE)
    words = [
        "train",
        "--config",
        tmp_path / "stage.yaml",
        "--data",
        tmp_path,
        "--shards",
        tmp_path / "shards",
    ]
    for name, options in {"alone": [0, 1], "helped": [1, 1], "two": [0, 2]}.items():
        more = ["--num_workers", options[0], "--devices", options[1], "--out", tmp_path / name]
        command = [sys.executable, "-m", "kowairo.cli.main", *map(str, words + more)]
        assert subprocess.run(command, check=False, timeout=400).returncode == 0
    model = "checkpoint/model.safetensors"
    assert file_digest(tmp_path / "alone" / model) == file_digest(tmp_path / "helped" / model)
    losses = [
        [float(row.split(",")[2]) for row in (tmp_path / name / "metrics.csv").read_text().splitlines()[1:]]
        for name in ("alone", "two")
    ]
    # Adam makes more of rounding than a plain descent does.
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)
