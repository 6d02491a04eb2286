"""Tests of fine-tuning as a whole."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from kowairo.core import InputError, encoder_record, read_json
from kowairo.models import build_encoder, load_encoder, read_card, save_checkpoint
from kowairo.testing.tones import write_tone_corpus
from kowairo.training import FinetunePlan, ParameterRule, StageConfig, finetune_encoder, importer_for

STAGE = StageConfig(name="finetune", epochs=2, crop_s=0.5, batch_size=10)
PLAN = FinetunePlan(min_steps=1)
CAMPLUS = {
    "class_path": "kowairo.models.CamPlusPlus",
    "init_args": {"embedding_dim": 8, "growth_channels": 2, "first_channels": 4},
}


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tones")
    write_tone_corpus(folder, 16, 5, 7, min_s=0.55, max_s=0.7)
    return folder


def start_from(config, folder):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        save_checkpoint(build_encoder(config), folder, config=config, card={"name": "x", "licence": "MIT"})
    return folder


def tune(init, tones, out, *, stage=STAGE, plan=PLAN, **options):
    return finetune_encoder(
        init, importer_for(tones), out, stage=stage, plan=plan, threads=1, num_workers=0, **options
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["group", "batch"])
def test_an_encoder_is_tuned_and_measured_before_and_after(tiny_encoder, tones, tmp_path, kind):
    config = tiny_encoder if kind == "group" else CAMPLUS
    init = start_from(config, tmp_path / "init")
    result = tune(init, tones, tmp_path / "out")
    assert result.checkpoint == tmp_path / "out" / "checkpoint"
    stored = read_json(tmp_path / "out" / "results.json")
    assert (stored["before"]["eer"], stored["after"]["eer"]) == (result.before["eer"], result.after["eer"])
    assert stored["difference"]["difference"] == pytest.approx(
        stored["after"]["eer"] - stored["before"]["eer"]
    )
    card = read_card(result.checkpoint)
    assert card["fine-tuned from"]["name"] == "x"
    assert "MIT" in card["licence"]
    record = encoder_record(result.checkpoint).record
    assert (record.num_utterances, record.num_speakers, record.unrecorded) == (55, 11, ("x",))
    tuned, before = load_encoder(result.checkpoint).state_dict(), load_encoder(init).state_dict()
    assert any(not torch.equal(tuned[name], before[name]) for name in before)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["group", "batch"])
def test_in_the_warm_up_the_encoder_stays_as_it_is_to_the_last_buffer(tiny_encoder, tones, tmp_path, kind):
    init = start_from(tiny_encoder if kind == "group" else CAMPLUS, tmp_path / "init")
    # Rules of the stage come last: here the warm-up lasts the whole stage.
    frozen = StageConfig(
        name="x",
        epochs=1,
        crop_s=0.5,
        batch_size=10,
        parameter_rules=(ParameterRule("encoder.*", frozen_fraction=1.0),),
    )
    result = tune(init, tones, tmp_path / "out", stage=frozen)
    tuned, before = load_encoder(result.checkpoint).state_dict(), load_encoder(init).state_dict()
    assert [name for name in before if not torch.equal(tuned[name], before[name])] == []
    assert result.difference["difference"] == 0.0


@pytest.mark.slow
def test_fine_tuning_again_finds_everything_done(tiny_encoder, tones, tmp_path):
    init = start_from(tiny_encoder, tmp_path / "init")
    first = tune(init, tones, tmp_path / "out")
    weights = tmp_path / "out" / "train" / "checkpoint" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    second = tune(init, tones, tmp_path / "out")
    assert weights.stat().st_mtime_ns == before
    assert (first.after, first.difference) == (second.after, second.difference)


@pytest.mark.slow
def test_an_encoder_of_another_size_takes_over_what_fits(tiny_encoder, tones, tmp_path):
    init = start_from(tiny_encoder, tmp_path / "init")
    other = {**tiny_encoder, "init_args": {**tiny_encoder["init_args"], "embedding_dim": 5}}
    result = tune(init, tones, tmp_path / "out", encoder=other)
    assert load_encoder(result.checkpoint).embedding_dim == 5
    assert "not loaded: backbone.fc.conv" in result.loaded


@pytest.mark.slow
def test_a_head_goes_on_with_the_same_speakers(tiny_encoder, tones, tmp_path):
    plan = FinetunePlan(min_steps=1, head="continue")
    init = start_from(tiny_encoder, tmp_path / "init")
    with pytest.raises(InputError, match="has no head to continue"):
        tune(init, tones, tmp_path / "none", plan=plan)
    tune(init, tones, tmp_path / "first")
    with pytest.raises(InputError, match=r"16 speakers, and the head has 11 classes \(5 new, 0 gone\)"):
        tune(tmp_path / "first" / "train", tones, tmp_path / "second", plan=plan)
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "second").exists()


KILLED = """
import sys
from pathlib import Path
from kowairo.training import FinetunePlan, ParameterRule, StageConfig, finetune_encoder, importer_for
init, tones, out = map(Path, sys.argv[1:])
stage = StageConfig(name="finetune", epochs=12, crop_s=0.5, batch_size=10)
finetune_encoder(
    init, importer_for(tones), out, stage=stage, plan=FinetunePlan(min_steps=1), threads=1, num_workers=0,
    save_every_steps=1,
)
"""


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_weights(tiny_encoder, tones, tmp_path):
    init = start_from(tiny_encoder, tmp_path / "init")
    command = [sys.executable, "-c", KILLED, str(init), str(tones)]
    process = subprocess.Popen([*command, str(tmp_path / "killed")], start_new_session=True)
    resume = tmp_path / "killed" / "train" / "resume.ckpt"
    while process.poll() is None and not resume.exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "results.json").exists()
    for name in ("killed", "whole"):
        subprocess.run([*command, str(tmp_path / name)], check=True)
    states = [load_encoder(tmp_path / name / "checkpoint").state_dict() for name in ("killed", "whole")]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
