import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from kowairo.core import InputError, file_digest
from kowairo.training import AdamW, BalancedSpeakers, ShardShuffle, StageConfig, is_finished, train_stage
from kowairo.training.dataset import CropDataset
from kowairo.training.shard_stage import ShardInput, shard_stage
from kowairo.training.stage_data import stage_data

CONFIG = StageConfig(
    name="from shards",
    epochs=2,
    crop_s=0.4,
    batch_size=8,
    optimizer=AdamW(learning_rate=0.01),
    precision="fp32",
)


@pytest.fixture
def given(shards):
    return ShardInput(shards, ShardShuffle(buffer=12, lanes=4))


@pytest.fixture
def train(data_folder, store, given, tiny_encoder, tmp_path):
    def run(config=CONFIG, *, out="stage", **options):
        settings = {"store": store, "shards": given, "seed": 5, "threads": 1, "num_workers": 0} | options
        return train_stage(
            config,
            data_folder=data_folder,
            out=tmp_path / out,
            encoder=tiny_encoder,
            device="cpu",
            **settings,
        )

    return run


def outcome(stage):
    names = ("checkpoint/model.safetensors", "loss.safetensors", "finished.json")
    return [file_digest(stage / name) for name in names]


def test_a_stage_trains_on_shards_and_validates_as_ever(train, tmp_path):
    train()
    rows = (tmp_path / "stage" / "metrics.csv").read_text().splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [["0", "5"], ["1", "10"]]
    assert all(row.split(",")[8] for row in rows[1:])  # valid_eer
    assert is_finished(tmp_path / "stage")


def test_items_come_from_shards_and_the_rest_from_the_folder(data_folder, store, given):
    data = stage_data(CONFIG, data_folder, shards=given, store=store)
    plain = stage_data(CONFIG, data_folder, store=store)
    assert sorted(data.items.utts) == list(plain.items.utts)
    assert data.items.classes == plain.items.classes
    assert data.validation.closed.utts == plain.validation.closed.utts
    other = ShardInput(given.shards, replace(given.shuffle, buffer=13))
    digests = {stage_data(CONFIG, data_folder, shards=one, store=store).digest for one in (given, other)}
    assert len(digests | {plain.digest}) == 3


def test_the_folder_needs_no_training_set(tmp_path, given):
    data = stage_data(CONFIG, tmp_path, shards=given)
    assert (len(data.items.utts), data.validation.closed, data.validation.trials) == (40, None, None)


@pytest.mark.slow
def test_workers_do_not_change_the_weights(train, tmp_path):
    for num_workers in (0, 1, 2):
        train(out=f"workers{num_workers}", num_workers=num_workers)
    assert outcome(tmp_path / "workers0") == outcome(tmp_path / "workers1") == outcome(tmp_path / "workers2")


def test_a_loader_takes_no_more_workers_than_lanes(given):
    stage = shard_stage(CONFIG, given)
    plan = stage.plan(CONFIG, seed=0, num_workers=9)
    crops = CropDataset(stage.found.items, source=stage.source, num_samples=2000, seed=0)
    loader = stage.loader(crops, plan, num_workers=2)
    assert (plan.parts, loader.num_workers, loader.batches_per_epoch) == (4, 2, 5)


def test_unlabelled_utterances_and_a_teacher_choose_the_items(given):
    utts = set(given.shards.utts[:10])
    stage = shard_stage(CONFIG, given, teacher=utts, merge_map={"s01": "s00"}, unlabelled=True)
    assert set(stage.found.items.utts) == utts
    assert "s01" not in stage.found.items.classes
    batches = stage.plan(CONFIG, seed=0)
    crops = CropDataset(stage.found.items, source=stage.source, num_samples=2000, seed=0)
    (batch,) = list(stage.loader(crops, batches))
    assert batch.waveforms.shape == (8, 2000)
    assert torch.isfinite(batch.waveforms).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"order": BalancedSpeakers()}, "order BalancedSpeakers picks lines from all over"),
        ({"speeds": (1.0, 0.9)}, r"shards hold speed 1 alone; pack a store with \(1.0, 0.9\)"),
        ({"domain": "title"}, "domains stand in tables of a Kaldi folder"),
    ],
)
def test_what_shards_cannot_give_is_refused(given, settings, message):
    with pytest.raises(InputError, match=message):
        shard_stage(replace(CONFIG, **settings), given)


def test_shards_of_one_speaker_are_refused_by_their_folder(train, given):
    everyone_is_one = {f"s{number:02d}": "s00" for number in range(1, 8)}
    with pytest.raises(InputError, match=f"{given.shards.folder} has one speaker"):
        train(merge_map=everyone_is_one)


KILLED_RUN = """
import sys
from pathlib import Path
from kowairo.data import AudioStore
from kowairo.data.shards import ShardSet
from kowairo.training import *
from kowairo.training.shard_stage import ShardInput
config = StageConfig(name="k", epochs=3, crop_s=0.4, batch_size=4, precision="fp32")
data, out, encoder = Path(sys.argv[1]), Path(sys.argv[2]), eval(sys.argv[3])
shards = ShardInput(ShardSet.open(data / "shards"), ShardShuffle(buffer=12, lanes=4))
train_stage(config, data_folder=data, out=out, encoder=encoder, shards=shards, seed=1, threads=1,
            store=AudioStore.open(data / "store"), num_workers=2, save_every_steps=3, device="cpu")
"""


@pytest.mark.slow
def test_a_killed_process_continues_to_the_same_weights(data_folder, store, given, tiny_encoder, tmp_path):
    def start(out):
        words = [sys.executable, "-c", KILLED_RUN, str(data_folder), str(tmp_path / out), repr(tiny_encoder)]
        return subprocess.Popen(words, start_new_session=True)

    assert start("whole").wait(600) == 0
    process = start("killed")
    deadline = time.monotonic() + 300
    while not (tmp_path / "killed" / "resume.ckpt").exists():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    assert not is_finished(tmp_path / "killed")
    assert start("killed").wait(600) == 0
    assert outcome(tmp_path / "killed") == outcome(tmp_path / "whole")
