"""The recipe vn_va: its errors, and that it goes on from a run of vn_char."""

import shutil

import pytest

from kowairo.core import read_json, read_table


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nonsense"], "unknown option --nonsense"),
        (["--from"], "option --from needs a value"),
        (["--from", "/no/such/folder"], "--from /no/such/folder: no such folder"),
        (["--from", "/proc"], "--from /proc: has no data/train/wav.scp; is it a run of recipes/vn_char"),
        (["--from", "/tmp", "--corpus", "/tmp"], "has its corpus already; --corpus does not go with it"),
        (["--stage", "6"], "the last stage is 5"),
        (["--stage", "3", "--stop-stage", "2"], "comes after"),
        (["--conf", "huge"], "--conf huge: expected mini, full or a YAML file"),
        (["--seed", "x"], "--seed x: expected a whole number"),
        (["--exp", "/proc/exp"], "--exp /proc/exp: cannot be written"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(vn_va, options, message):
    result = vn_va.run(*options)
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)
    assert message in result.stderr


@pytest.fixture
def vn_char_run(vn_char, tmp_path):
    """A run of vn_char as far as it is needed."""
    result = vn_char.run("--conf", "smoke", "--exp", tmp_path / "vn_char", "--stop-stage", 4)
    assert result.returncode == 0, result.stderr[-3000:]
    return tmp_path / "vn_char"


@pytest.mark.slow
def test_a_finished_run_of_vn_char_is_gone_on_from_and_left_as_it_is(vn_va, vn_char_run, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in vn_char_run.rglob("*")}
    options = ["--conf", "smoke", "--from", vn_char_run, "--exp", tmp_path / "exp"]
    result = vn_va.run(*options)
    assert result.returncode == 0, result.stderr[-3000:]
    exp = tmp_path / "exp"
    actors = read_table(vn_char_run / "data" / "train" / "spk2va")
    assert set(read_json(exp / "train" / "actor" / "labels.json")) <= set(actors.values())
    assert (exp / "train" / "two_levels" / "checkpoint_actor" / "model.safetensors").exists()
    assert (exp / "report" / "tables.md").read_text().count("\n## ") == 3
    assert {path: path.stat().st_mtime_ns for path in vn_char_run.rglob("*")} == before
    again = vn_va.run(*options)
    stages = [line for line in again.stdout.splitlines() if line.startswith("stage ")]
    assert len(stages) == 5
    assert all(line.endswith("unchanged, skipped") for line in stages)


@pytest.mark.slow
def test_a_corpus_without_actors_is_one_line_and_status_two(vn_va, vn_char_run, tmp_path):
    shutil.move(vn_char_run / "data" / "train" / "spk2va", tmp_path / "spk2va")
    result = vn_va.run("--conf", "smoke", "--from", vn_char_run, "--exp", tmp_path / "exp")
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "its corpus has no actors (data/train/spk2va)" in result.stderr
