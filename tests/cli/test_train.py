import pytest

from kowairo.core import Corpus, read_json
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
    merge = ["--stage", tmp_path / "stage", "--data", data, "--out", tmp_path / "merge"]
    assert run("merge", *merge)[0] == 0
    assert read_json(tmp_path / "merge" / "merge_map.json") == {}


@pytest.mark.slow
def test_a_misspelt_setting_of_a_stage_is_named(run, data, tmp_path):
    options = ["--config", tmp_path / "stage.yaml", "--data", data, "--out", tmp_path / "stage"]
    status, _, errors = run("train", *options, "--stage.epoch", 3)
    assert (status, len(errors)) == (2, 1)
    assert "stage.epoch" in errors[0]
