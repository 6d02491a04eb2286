import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "stage.py"


@pytest.fixture(scope="module")
def stage():
    spec = importlib.util.spec_from_file_location("stage_tool", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sections_and_jobs_become_files_of_their_own(stage, tmp_path):
    (tmp_path / "one.yaml").write_text("stage: {name: one}\n")
    conf = tmp_path / "conf.yaml"
    conf.write_text(
        "split: {seed: 1}\ntrain:\n  jobs:\n    1_one: one.yaml\n    2_two: {stage: {name: two}}\n"
    )
    stage.split_configuration(conf, tmp_path / "out")
    files = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.yaml"))
    assert files == ["split.yaml", "train/1_one.yaml", "train/2_two.yaml"]
    assert stage.read_mapping(tmp_path / "out" / "train" / "1_one.yaml") == {"stage": {"name": "one"}}


@pytest.mark.parametrize("content", ["- 1\n", "split: 3\n", "train: {jobs: {a: missing.yaml}}\n", "a: [\n"])
def test_a_configuration_that_cannot_be_used_is_one_line_and_status_two(tmp_path, content):
    (tmp_path / "conf.yaml").write_text(content)
    command = [sys.executable, TOOL, "conf", tmp_path / "conf.yaml", tmp_path / "out"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert ".yaml" in result.stderr


def test_a_digest_changes_with_options_and_content_only(stage, tmp_path):
    table = tmp_path / "data" / "text"
    table.parent.mkdir()
    table.write_text("a 1\n")
    before = stage.digest("x", [table.parent])
    os.utime(table, (1, 1))
    assert stage.digest("x", [table.parent]) == before
    assert stage.digest("y", [table.parent]) != before
    table.write_text("a 2\n")
    assert stage.digest("x", [table.parent]) != before


def test_a_digest_sees_that_audio_named_by_a_table_has_changed(stage, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wav.scp").write_text("a ../a b.wav\n")
    audio = tmp_path / "a b.wav"
    audio.write_bytes(b"1")
    before = stage.digest("", [tmp_path / "data"])
    audio.write_bytes(b"22")
    assert stage.digest("", [tmp_path / "data"]) != before


def test_a_stage_is_unchanged_only_with_equal_digest_and_outputs(stage, tmp_path):
    record, output = tmp_path / "stages" / "3.json", tmp_path / "out"
    assert not stage.is_unchanged(record, "d", [])
    stage.write_record(record, {"digest": "d", "wall_s": 1.5})
    assert not stage.is_unchanged(record, "d", [output])
    output.touch()
    assert stage.is_unchanged(record, "d", [output])
    assert not stage.is_unchanged(record, "e", [output])


def test_memory_of_a_process_and_its_children_is_seen(stage):
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("needs /proc of Linux")
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        while len(stage.descendants(process.pid)) < 2:
            pass
        assert sum(map(stage.memory_kb, stage.descendants(process.pid))) > 1000
        process.communicate(b"\n")
