"""The recipe vn_char: its errors, what it skips, and that a killed run goes on."""

import json
import os
import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest
import yaml

from kowairo.core import Corpus, Speaker, TrainingRecord, encoder_record
from kowairo.models import build_encoder, save_checkpoint

SMOKE = Path(__file__).parents[2] / "recipes" / "vn_char" / "conf" / "smoke"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nonsense"], "unknown option --nonsense"),
        (["--stage"], "option --stage needs a value"),
        (["--stage", "ten"], "expected a whole number"),
        (["--stop-stage", "10"], "the last stage is 9"),
        (["--stage", "5", "--stop-stage", "4"], "comes after"),
        (["--corpus", "/no/such/folder"], "--corpus /no/such/folder: no such"),
        (["--corpus", "/", "--layout", "odd"], "--layout odd: expected kaldi"),
        (["--layout", "kaldi"], "--layout needs --corpus"),
        (["--noise", "/no/such/folder"], "--noise /no/such/folder: no such folder"),
        (["--conf", "huge"], "--conf huge: expected mini, full or a YAML file"),
        (["--seed", "x"], "--seed x: expected a whole number"),
        (["--eval", "/"], "has no wav.scp"),
        (["--init", "no/folder"], "--init no/folder: no such folder"),
        (["--exp", "/proc/exp"], "--exp /proc/exp: cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(vn_char, options, message):
    result = vn_char.run(*options)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert message in result.stderr


@pytest.mark.slow
def test_a_wrong_layout_is_one_line_and_status_two(vn_char, tmp_path):
    (tmp_path / "corpus").mkdir()
    options = [
        "--corpus",
        tmp_path / "corpus",
        "--layout",
        "kaldi",
        "--conf",
        "smoke",
        "--exp",
        tmp_path / "exp",
    ]
    result = vn_char.run(*options)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "wav.scp" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("split: {}\n", "has no section synthesize"),
        ("- 1\n", "expected a YAML mapping"),
        ("a: [\n", "cannot be read"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_one_line_and_status_two(vn_char, tmp_path, content, message):
    (tmp_path / "conf.yaml").write_text(content)
    result = vn_char.run("--conf", tmp_path / "conf.yaml", "--exp", tmp_path / "exp")
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert message in result.stderr


@pytest.mark.slow
def test_a_stage_that_needs_another_one_first_says_so(vn_char, tmp_path):
    result = vn_char.run("--stage", 6, "--stop-stage", 6, "--conf", "smoke", "--exp", tmp_path / "exp")
    assert result.returncode == 2
    assert "stage 6 (scores) needs" in result.stderr


@pytest.mark.slow
def test_unchanged_stages_are_skipped_and_changed_ones_are_not(vn_char, tmp_path):
    options = ["--exp", tmp_path / "exp", "--stop-stage", 1]
    first = vn_char.run("--conf", "smoke", *options)
    assert first.returncode == 0, first.stderr
    record = json.loads((tmp_path / "exp" / "stages" / "0.json").read_text())
    assert record["wall_s"] > 0
    assert record["cpu_s"] > 0
    assert {"seed", "commit", "peak_memory_mb", "digest", "config"} <= set(record)
    again = vn_char.run("--conf", "smoke", *options)
    assert again.stdout.splitlines() == [
        "stage 0: corpus: unchanged, skipped",
        "stage 1: splits and trials: unchanged, skipped",
    ]
    conf = yaml.safe_load((vn_char.folder / "conf" / "smoke.yaml").read_text())
    conf["trials"]["max_trials"] = 100
    write_conf(vn_char, conf, tmp_path / "other.yaml")
    other = vn_char.run("--conf", tmp_path / "other.yaml", *options)
    assert "stage 0: corpus: unchanged, skipped" in other.stdout
    assert "stage 1: splits and trials: done" in other.stdout
    forced = vn_char.run("--conf", tmp_path / "other.yaml", "--stage", 1, *options)
    assert forced.stdout.startswith("stage 1: splits and trials\n")


def write_conf(recipe, conf, path):
    """Write a configuration elsewhere: names of files in it become whole paths."""
    for section in conf.values():
        jobs = section.get("jobs", {})
        for name, job in jobs.items():
            if isinstance(job, str):
                jobs[name] = str(recipe.folder / "conf" / job)
    path.write_text(yaml.safe_dump(conf))


def longer_conf(recipe, path):
    """The smoke configuration with enough steps to be killed between two of them."""
    conf = yaml.safe_load((recipe.folder / "conf" / "smoke.yaml").read_text())
    stage = yaml.safe_load((recipe.folder / "conf" / "smoke" / "1_all.yaml").read_text())
    stage["stage"]["epochs"] = 24
    stage["save_every_steps"] = 3
    conf["train"]["jobs"] = {"1_all": stage}
    write_conf(recipe, conf, path)


def kill_when(process, seen, *, delay_s=0.0):
    """SIGKILL for the run and everything below it, some time after something is there."""
    while process.poll() is None and not seen():
        time.sleep(0.01)
    time.sleep(delay_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def changed_since(path, before_ns):
    """Whether a file was written again, or is gone because its stage ended."""
    return not path.exists() or path.stat().st_mtime_ns != before_ns


@pytest.mark.slow
def test_a_run_killed_in_training_and_embedding_ends_with_the_same_embeddings(vn_char, tmp_path):
    longer_conf(vn_char, tmp_path / "conf.yaml")
    options = ["--conf", tmp_path / "conf.yaml", "--stop-stage", 5]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    result = vn_char.run(*options, "--exp", whole)
    assert result.returncode == 0, result.stderr[-3000:]
    resume = killed / "train" / "1_all" / "resume.ckpt"
    # Any moment of the training will do; the delays stand in the message of the last assertion.
    delays_s = [random.uniform(0.0, 0.3) for _ in range(4)]
    kill_when(vn_char.start(*options, "--exp", killed), resume.exists, delay_s=delays_s[0])
    assert not (killed / "train" / "1_all" / "finished.json").exists()
    for delay_s in delays_s[1:3]:
        before = resume.stat().st_mtime_ns
        saved_again = partial(changed_since, resume, before)
        kill_when(vn_char.start(*options, "--exp", killed), saved_again, delay_s=delay_s)
    parts = killed / "embeddings" / "ecapa" / "train.parts"
    kill_when(vn_char.start(*options, "--exp", killed), parts.exists, delay_s=delays_s[3] / 10)
    result = vn_char.run(*options, "--exp", killed)
    assert result.returncode == 0, result.stderr[-3000:]
    for system in ("ecapa", "mfcc"):
        files = [exp / "embeddings" / system / "test" / "vectors.npy" for exp in (whole, killed)]
        assert files[0].read_bytes() == files[1].read_bytes(), f"{system}, delays {delays_s}"


@pytest.mark.slow
def test_the_published_scale_takes_two_steps(vn_char, tmp_path):
    conf = yaml.safe_load((vn_char.folder / "conf" / "smoke.yaml").read_text())
    stage = yaml.safe_load((vn_char.folder / "conf" / "full" / "1_largest.yaml").read_text())
    assert stage["encoder"]["init_args"]["channels"] == [1024, 1024, 1024, 1024, 3072]
    # The network of the full configuration; an epoch of the tiny corpus in batches that make two steps of it.
    stage["stage"] |= {"epochs": 1, "batch_size": 8, "crop_s": 1.0, "max_speakers": None}
    conf["train"]["jobs"] = {"1_largest": stage}
    write_conf(vn_char, conf, tmp_path / "conf.yaml")
    result = vn_char.run("--conf", tmp_path / "conf.yaml", "--exp", tmp_path / "exp", "--stop-stage", 3)
    assert result.returncode == 0, result.stderr[-3000:]
    assert "2 steps" in result.stderr
    assert (tmp_path / "exp" / "train" / "1_largest" / "checkpoint" / "model.safetensors").exists()


@pytest.fixture
def start(tmp_path):
    """Makes a small encoder to start from, that was trained on the speakers of a corpus."""
    stage = yaml.safe_load((SMOKE / "1_all.yaml").read_text())

    def make(*speakers):
        record = TrainingRecord.build([], [Speaker("", speaker) for speaker in speakers])
        save_checkpoint(
            build_encoder(stage["encoder"]), tmp_path / "start", config=stage["encoder"], record=record
        )
        return tmp_path / "start"

    return make


@pytest.mark.slow
def test_training_starts_from_an_encoder_of_other_voices_only(vn_char, start, tmp_path):
    options = ["--conf", "smoke", "--exp", tmp_path / "exp"]
    assert vn_char.run(*options, "--stop-stage", 2).returncode == 0
    options += ["--stage", 3, "--stop-stage", 3]
    speakers = Corpus.read(tmp_path / "exp" / "data" / "all").speakers
    refused = vn_char.run(*options, "--init", start(speakers[3]))
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert f"1 of its {len(speakers)} speakers are in the training of" in refused.stderr
    marked = vn_char.run(*options, "--init", start(speakers[3]), "--allow-overlap")
    assert (marked.returncode, marked.stdout.splitlines()[0][:20]) == (0, "training starts from")
    begun = vn_char.run(*options, "--init", start("nobody"))
    assert begun.returncode == 0, begun.stderr[-3000:]
    assert "trained on other voices" in begun.stdout
    checkpoint = tmp_path / "exp" / "train" / "1_all" / "checkpoint"
    assert Speaker("", "nobody") in encoder_record(checkpoint).record.speakers


@pytest.mark.slow
def test_without_a_wish_training_says_what_it_starts_from(vn_char, tmp_path):
    result = vn_char.run("--conf", "smoke", "--exp", tmp_path / "exp", "--stop-stage", 3, "--init", "")
    assert result.returncode == 0, result.stderr[-3000:]
    assert "training starts from " in result.stdout
