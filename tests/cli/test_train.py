import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from kowairo.core import Corpus, encoder_record, file_digest, read_json
from kowairo.models import load_encoder

STAGE = """
stage: {name: tiny, epochs: 1, crop_s: 0.4, batch_size: 4}
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
num_workers: 0
threads: 1
"""


@pytest.fixture
def data(corpus, tmp_path):
    everything = Corpus.read(corpus)
    closed = [utt for utt in everything.utts if utt.endswith("-5")]
    everything.subset(set(everything.utts) - set(closed)).write(tmp_path / "data" / "train")
    everything.subset(closed).write(tmp_path / "data" / "closed")
    (tmp_path / "stage.yaml").write_text(STAGE)
    return tmp_path / "data"


@pytest.mark.slow
def test_a_stage_is_trained_and_asked_what_it_confuses(run, data, tmp_path):
    options = ["--config", tmp_path / "stage.yaml", "--data", data, "--out", tmp_path / "stage"]
    status, out, _ = run("train", *options)
    assert (status, out.splitlines()[-1]) == (0, str(tmp_path / "stage" / "checkpoint"))
    assert load_encoder(tmp_path / "stage" / "checkpoint").embedding_dim == 8
    record = encoder_record(tmp_path / "stage" / "checkpoint").record
    assert (record.num_utterances, record.num_speakers) == (20, 4)
    merge = ["--stage", tmp_path / "stage", "--data", data, "--out", tmp_path / "merge"]
    assert run("merge", *merge)[0] == 0
    assert read_json(tmp_path / "merge" / "merge_map.json") == {}


@pytest.mark.slow
def test_a_misspelt_setting_of_a_stage_is_named(run, data, tmp_path):
    options = ["--config", tmp_path / "stage.yaml", "--data", data, "--out", tmp_path / "stage"]
    status, _, errors = run("train", *options, "--stage.epoch", 3)
    assert (status, len(errors)) == (2, 1)
    assert "stage.epoch" in errors[0]


COMMAND = (sys.executable, "-m", "kowairo.cli.main")
TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "kowairo.cli.main")


def start(command, data, tmp_path, name, *options):
    words = ["train", "--config", tmp_path / "stage.yaml", "--data", data, "--out", tmp_path / name]
    settings = ["--device", "cpu", "--stage.epochs", 3, "--stage.precision", "fp32", *options]
    return subprocess.Popen(
        [str(word) for word in (*command, *words, *settings)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process):
    try:
        out, _ = process.communicate(timeout=400)
    finally:
        process.kill()
    assert process.returncode == 0
    return out


def losses(folder):
    return [float(line.split(",")[2]) for line in (folder / "metrics.csv").read_text().splitlines()[1:]]


@pytest.mark.slow
def test_two_processes_train_as_one_does_however_they_are_started(data, tmp_path):
    finish(start(COMMAND, data, tmp_path, "one"))
    assert finish(start(COMMAND, data, tmp_path, "two", "--devices", 2)) == f"{tmp_path / 'two/checkpoint'}\n"
    out = finish(start(TORCHRUN, data, tmp_path, "torchrun"))
    assert out.splitlines() == [str(tmp_path / "torchrun" / "checkpoint")]
    # Adam makes more of rounding than a plain descent does.
    np.testing.assert_allclose(losses(tmp_path / "two"), losses(tmp_path / "one"), rtol=1e-3)
    assert losses(tmp_path / "torchrun") == losses(tmp_path / "two")


@pytest.mark.slow
def test_two_nodes_meet_where_the_environment_says(data, tmp_path, monkeypatch):
    nodes = []
    for number, settings in enumerate(({"MASTER_ADDR": "127.0.0.1"}, {"MASTER_ADDR": "localhost"})):
        for name, value in {"MASTER_PORT": "29617", "NODE_RANK": str(number), **settings}.items():
            monkeypatch.setenv(name, value)
        nodes.append(start(COMMAND, data, tmp_path, "nodes", "--num_nodes", 2))
    assert [finish(node) for node in nodes] == [f"{tmp_path / 'nodes/checkpoint'}\n", ""]


@pytest.mark.slow
def test_a_killed_group_continues_to_the_same_weights(data, tmp_path):
    options = ("--devices", 2, "--save_every_steps", 1)
    finish(start(COMMAND, data, tmp_path, "whole", *options))
    process = start(COMMAND, data, tmp_path, "killed", *options)
    deadline = time.monotonic() + 300
    while not (tmp_path / "killed" / "resume.ckpt").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert not (tmp_path / "killed" / "finished.json").exists()
    finish(start(COMMAND, data, tmp_path, "killed", *options))
    for name in ("checkpoint/model.safetensors", "loss.safetensors", "finished.json"):
        assert file_digest(tmp_path / "whole" / name) == file_digest(tmp_path / "killed" / name)


@pytest.mark.slow
def test_wrong_input_of_a_group_is_told_once(data, tmp_path):
    paths = ["--config", tmp_path / "stage.yaml", "--data", tmp_path / "nothing", "--out", tmp_path / "stage"]
    process = subprocess.Popen(
        [*COMMAND, "train", *paths, "--devices", "2", "--device", "cpu"], stderr=subprocess.PIPE, text=True
    )
    errors = process.communicate(timeout=300)[1].splitlines()
    assert process.returncode == 2
    assert [line for line in errors if line.startswith("kowairo: ")] == errors[-1:]
    assert "nothing" in errors[-1]
