"""A stage from folders to checkpoint: what it writes, how it continues, what it refuses."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from kowairo.core import EmbeddingSet, InputError, file_digest, read_json
from kowairo.models import load_encoder
from kowairo.training import (
    SGD,
    AdamW,
    BalancedSpeakers,
    CheckpointAverage,
    NonFiniteLossError,
    ParameterRule,
    SpeakerGroups,
    SpeakerModule,
    SpecAugment,
    StageConfig,
    WarmupCyclic,
    is_finished,
    train_stage,
)
from kowairo.training.head import load_head_rows

CONFIG = StageConfig(
    name="first",
    epochs=2,
    crop_s=0.4,
    batch_size=8,
    speeds=(1.0,),
    spec_augment=SpecAugment(max_frequency_bins=4, max_time_frames=4),
    ema_decay=0.9,
    optimizer=AdamW(learning_rate=0.01),
    precision="fp32",
)


def train_on(data_folder, out, config=CONFIG, **options):
    settings = {"seed": 5, "threads": 2, "num_workers": 0, "device": "cpu"} | options
    return train_stage(config, data_folder=data_folder, out=out, **settings)


@pytest.fixture
def train(data_folder, store, tiny_encoder, tmp_path):
    def run(config=CONFIG, *, out="stage", **options):
        options = {"encoder": tiny_encoder, "store": store} | options
        return train_on(data_folder, tmp_path / out, config, **options)

    return run


def result_of(stage):
    """All that a stage's outcome is, and nothing of how fast it went."""
    rows = [line.split(",")[:-3] for line in (stage / "metrics.csv").read_text().splitlines()]
    files = ("checkpoint/model.safetensors", "checkpoint/card.json", "loss.safetensors", "finished.json")
    return rows, [(stage / name).read_bytes() for name in files]


class Killed(BaseException):
    """Stands for a kill: nothing in the library catches it."""


@pytest.fixture
def killed_at(monkeypatch):
    """Stop a run when it is about to take a step of the run's count."""

    def arm(step):
        original = SpeakerModule.take_step

        def take_step(self, batch):
            if self.progress.step == step:
                raise Killed
            return original(self, batch)

        monkeypatch.setattr(SpeakerModule, "take_step", take_step)
        return lambda: monkeypatch.setattr(SpeakerModule, "take_step", original)

    return arm


def test_a_stage_leaves_a_checkpoint_a_head_and_metrics(train):
    checkpoint = train()
    stage = checkpoint.parent
    assert load_encoder(checkpoint).embedding_dim == 8
    assert load_head_rows(stage)[1] == [f"s{number:02d}" for number in range(8)]
    header, *rows = (stage / "metrics.csv").read_text().splitlines()
    assert header == (
        "epoch,step,loss,accuracy,closed_accuracy,macro_precision,macro_recall,macro_f1,valid_eer,lr,margin_rad,"
        "crops_per_s,audio_s_per_s,data_wait_share"
    )
    assert [row.split(",")[:2] for row in rows] == [["0", "5"], ["1", "10"]]
    assert all(row.count(",,") == 0 for row in rows)
    assert list((stage / "tensorboard").iterdir())
    assert is_finished(stage)


@pytest.fixture(scope="module")
def whole_run(data_folder, store, tiny_encoder, tmp_path_factory):
    """The checkpoint of a run that nothing stopped."""
    out = tmp_path_factory.mktemp("whole") / "stage"
    return train_on(data_folder, out, encoder=tiny_encoder, store=store, save_every_steps=2)


@pytest.mark.parametrize("step", [3, 5, 8])
def test_a_run_that_was_stopped_ends_with_the_weights_of_one_that_was_not(train, killed_at, whole_run, step):
    revive = killed_at(step)
    with pytest.raises(Killed):
        train(out="stopped", save_every_steps=2)
    revive()
    continued = train(out="stopped", save_every_steps=2)
    assert result_of(continued.parent) == result_of(whole_run.parent)


def loss_over_memory(size=16):
    memory = {"class_path": "kowairo.losses.CrossBatchMemory", "init_args": {"size": size}}
    return {"class_path": "kowairo.losses.SupervisedContrastive", "init_args": {"memory": memory}}


JOINT_TERMS = [
    {"loss": {"class_path": "AAMSoftmax"}},
    {"loss": {"class_path": "DomainAdversarial", "init_args": {"hidden_dim": 4}}, "weight": 0.1},
    {"loss": {"class_path": "CosineDistillation"}, "weight": 2.0},
    {"loss": {"class_path": "ContrastiveDistillation"}},
]
JOINT_LOSS = {"class_path": "JointObjective", "init_args": {"terms": JOINT_TERMS}}
JOINT = replace(CONFIG, loss=JOINT_LOSS, domain="title")

VARIANTS = {
    "groups, triangles": {
        "loss": "kowairo.losses.AngularPrototypical",
        "order": SpeakerGroups(speakers=4, lines=2),
        "schedule": WarmupCyclic(),
    },
    "loss with state": {"loss": "kowairo.losses.CurricularAAM", "order": BalancedSpeakers()},
    "loss with memory": {"loss": loss_over_memory()},
    "rules, chunks": {
        "optimizer": SGD(learning_rate=0.01),
        "parameter_rules": (ParameterRule("encoder.*", 0.5, 0.35), ParameterRule("encoder.*norm*", 1.0, 1.0)),
        "accumulate": 2,
    },
    "mean of epochs": {"average": CheckpointAverage(2, "last")},
    "labels, domains, teacher": {"loss": JOINT_LOSS, "domain": "title"},
}


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, 7])
@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_a_stopped_run_continues_to_the_same_weights_with(train, killed_at, teacher, settings, step):
    config = replace(CONFIG, **settings)
    options = {"save_every_steps": 2, "teacher": teacher if "domain" in settings else None}
    whole = train(config, out="whole", **options)
    revive = killed_at(step)
    with pytest.raises(Killed):
        train(config, out="stopped", **options)
    revive()
    stopped = train(config, out="stopped", **options)
    assert result_of(stopped.parent) == result_of(whole.parent)


def test_the_mean_of_the_epochs_is_kept(train, killed_at, tmp_path):
    config = replace(CONFIG, average=CheckpointAverage(2, "last"))
    last = load_encoder(train(replace(config, average=CheckpointAverage(1, "last")), out="last")).state_dict()
    revive = killed_at(5)
    with pytest.raises(Killed):
        train(config, out="mean", save_every_steps=2)
    revive()
    first = load_file(tmp_path / "mean" / "epochs" / "0000.safetensors")
    mean = train(config, out="mean", save_every_steps=2)
    for name, value in load_encoder(mean).state_dict().items():
        assert torch.allclose(value, (first[f"encoder.{name}"] + last[name]) / 2, atol=1e-6), name
    assert not (mean.parent / "epochs").exists()


def test_a_loss_that_is_no_number_names_the_utterances_and_keeps_what_was_good(train, tmp_path, monkeypatch):
    original = SpeakerModule.take_step

    def take_step(self, batch):
        broken = self.progress.step == 7
        return original(self, batch._replace(waveforms=batch.waveforms * float("nan")) if broken else batch)

    monkeypatch.setattr(SpeakerModule, "take_step", take_step)
    with pytest.raises(NonFiniteLossError, match="loss is nan at step 7") as caught:
        train(out="bad", save_every_steps=2)
    utts = read_json(tmp_path / "bad" / "failed_batch.json")["utterances"]
    assert len(utts) == 8
    assert all(utt in str(caught.value) for utt in utts)
    assert load_encoder(tmp_path / "bad" / "checkpoint").embedding_dim == 8
    assert (tmp_path / "bad" / "resume.ckpt").exists()


def test_a_full_disk_leaves_what_was_written_and_the_stage_goes_on_from_it(
    train, killed_at, whole_run, disk_for, tmp_path
):
    revive = killed_at(7)
    with pytest.raises(Killed):
        train(out="full", save_every_steps=2)
    revive()
    state, model = (tmp_path / "full" / name for name in ("resume.ckpt", "checkpoint/model.safetensors"))
    before = state.read_bytes(), model.read_bytes()
    with disk_for(len(before[1]) - 1), pytest.raises(OSError, match="File too large") as caught:
        train(out="full", save_every_steps=100)
    assert caught.value.filename == str(tmp_path / "full")
    assert (state.read_bytes(), model.read_bytes()) == before
    assert result_of(train(out="full", save_every_steps=2).parent) == result_of(whole_run.parent)


def test_a_loss_without_class_rows_leaves_the_accuracies_empty(train):
    stage = train(replace(CONFIG, epochs=1, loss="kowairo.losses.AngularPrototypical")).parent
    header, row = (stage / "metrics.csv").read_text().splitlines()
    empty = [name for name, value in zip(header.split(","), row.split(","), strict=True) if not value]
    assert empty == [
        "accuracy",
        "closed_accuracy",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "margin_rad",
    ]
    assert load_head_rows(stage) is None


@pytest.fixture(scope="module")
def teacher(store, tmp_path_factory):
    """Embeddings of all lines at all speeds but those of two lines; speakers lie apart in them."""
    utts = [utt for utt in store.utts if utt not in ("s00-000", "s03-001")]
    voices = np.random.default_rng(0).standard_normal((12, 5))
    draw = np.random.default_rng(1)
    vectors = np.stack([3.0 + voices[int(utt[1:3])] + 0.1 * draw.standard_normal(5) for utt in utts])
    folder = tmp_path_factory.mktemp("teacher") / "set"
    EmbeddingSet(vectors.astype(np.float32), utts, {"system": "voices"}).save(folder)
    return folder


def test_a_stage_learns_from_labels_domains_and_a_teacher(train, teacher, caplog):
    stage = train(JOINT, teacher=teacher).parent
    rows, names = load_head_rows(stage)
    assert (rows.shape, names[-1]) == ((8, 8), "s07")
    header, *lines = (stage / "metrics.csv").read_text().splitlines()
    last = dict(zip(header.split(","), lines[-1].split(","), strict=True))
    assert last["step"] == "8"  # 38 of 40 lines
    assert float(last["margin_rad"]) > 0
    assert caplog.text.count("2 of 40 training items have no embedding of the teacher") == 1


def test_a_stage_learns_from_a_teacher_alone(train, teacher):
    terms = [{"loss": {"class_path": "CosineDistillation"}}]
    loss = {"class_path": "JointObjective", "init_args": {"terms": terms}}
    settings = {"epochs": 6, "optimizer": AdamW(learning_rate=0.03), "speeds": (1.0, 0.9)}
    stage = train(replace(CONFIG, loss=loss, **settings), teacher=teacher).parent
    assert load_head_rows(stage) is None
    header, *lines = (stage / "metrics.csv").read_text().splitlines()
    losses = [float(line.split(",")[header.split(",").index("loss")]) for line in lines]
    assert losses[-1] < losses[0] - 0.1


def test_workers_do_not_change_the_weights(train):
    alone = train(replace(CONFIG, epochs=1), out="alone")
    helped = train(replace(CONFIG, epochs=1), out="helped", num_workers=1)
    assert file_digest(alone / "model.safetensors") == file_digest(helped / "model.safetensors")


def test_two_runs_with_one_seed_end_with_the_same_weights(train, whole_run):
    assert result_of(train(save_every_steps=3).parent) == result_of(whole_run.parent)


def test_another_seed_gives_other_weights(train):
    config = replace(CONFIG, epochs=1)
    first, second = train(config, out="a"), train(config, out="b", seed=6)
    assert file_digest(first / "model.safetensors") != file_digest(second / "model.safetensors")


def test_a_finished_stage_is_left_as_it_is(train):
    checkpoint = train(replace(CONFIG, epochs=1))
    before = (checkpoint / "model.safetensors").stat().st_mtime_ns
    train(replace(CONFIG, epochs=1))
    assert (checkpoint / "model.safetensors").stat().st_mtime_ns == before


def test_a_stage_with_other_settings_is_trained_anew(train):
    checkpoint = train(replace(CONFIG, epochs=1))
    before = file_digest(checkpoint / "model.safetensors")
    train(replace(CONFIG, epochs=1, crop_s=0.5))
    assert file_digest(checkpoint / "model.safetensors") != before


def test_the_next_stage_keeps_encoder_and_head_rows_by_speaker(train, tiny_encoder):
    still = AdamW(learning_rate=1e-30, weight_decay=0.0)
    few = train(replace(CONFIG, epochs=1, max_speakers=4, ema_decay=None), out="few")
    config = replace(CONFIG, epochs=1, optimizer=still, ema_decay=None)
    every = train(config, out="all", encoder=None, init=few.parent)
    earlier, later = load_encoder(few).state_dict(), load_encoder(every).state_dict()
    assert all(torch.equal(earlier[key], later[key]) for key in earlier)
    (rows, names), (more_rows, more_names) = load_head_rows(few.parent), load_head_rows(every.parent)
    np.testing.assert_array_equal(more_rows[[more_names.index(name) for name in names]], rows)


def test_merged_speakers_are_one_class(train):
    checkpoint = train(replace(CONFIG, epochs=1), merge_map={"s01": "s00"})
    assert "s01" not in load_head_rows(checkpoint.parent)[1]


def test_speed_copies_are_classes_of_their_own(train):
    checkpoint = train(replace(CONFIG, epochs=1, speeds=(1.0, 0.9)))
    names = load_head_rows(checkpoint.parent)[1]
    assert len(names) == 16
    assert "s00|0.9" in names


def test_training_state_of_torch_is_put_back(train):
    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())
    random_state = torch.random.get_rng_state()
    train(replace(CONFIG, epochs=1))
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before
    assert torch.equal(torch.random.get_rng_state(), random_state)


def test_a_speed_that_the_store_lacks_is_refused(train):
    with pytest.raises(InputError, match=r"no training utterance at speed 1\.1"):
        train(replace(CONFIG, speeds=(1.0, 1.1)))


def test_augmentation_without_material_is_refused(train):
    with pytest.raises(InputError, match="no folder of material"):
        train(replace(CONFIG, augment_probability=0.5))


def test_too_few_items_for_a_batch_are_refused(train):
    with pytest.raises(InputError, match="do not fill a batch of 500"):
        train(replace(CONFIG, batch_size=500))


KILLED_RUN = """
import sys
from pathlib import Path
from kowairo.data import AudioStore
from kowairo.training import *
config = StageConfig(name="k", epochs=3, crop_s=0.4, batch_size=4, ema_decay=0.9, precision="fp32", SETTINGS)
data, out, encoder = Path(sys.argv[1]), Path(sys.argv[2]), eval(sys.argv[3])
train_stage(config, data_folder=data, out=out, encoder=encoder, store=AudioStore.open(data / "store"), seed=1,
            threads=2, num_workers=1, save_every_steps=3, device="cpu")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        "optimizer=AdamW(learning_rate=0.01)",
        "optimizer=SGD(0.01), accumulate=2, parameter_rules=(ParameterRule('encoder.*', 0.5, 0.4),)",
        "loss='kowairo.losses.CurricularAAM', schedule=WarmupCyclic(), order=SpeakerGroups(2, 2), "
        "average=CheckpointAverage(2, 'best')",
    ],
)
def test_a_killed_process_continues_to_the_same_weights(data_folder, store, tiny_encoder, tmp_path, settings):
    def start(out):
        command = [
            sys.executable,
            "-c",
            KILLED_RUN.replace("SETTINGS", settings),
            str(data_folder),
            str(tmp_path / out),
            repr(tiny_encoder),
        ]
        return subprocess.Popen(command, start_new_session=True)

    assert start("whole").wait(600) == 0
    for moment in ("resume.ckpt", "checkpoint/model.safetensors"):
        process = start("killed")
        _wait_for(tmp_path / "killed" / moment, process)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        assert not is_finished(tmp_path / "killed")
    assert start("killed").wait(600) == 0
    assert result_of(tmp_path / "killed") == result_of(tmp_path / "whole")


def _wait_for(path, process):
    deadline = time.monotonic() + 300
    while not path.exists():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.01)
