import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import tone_voice

RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
POINTS = {
    "eer": {"threshold": 0.5, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""},
    "far_0.01": {"threshold": 1.5, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""},
}
CARD = {
    "calibration": {"kind": "LogisticCalibrator", "scale": 8.0, "offset": -4.0},
    "operating_points": {"scores": "cosine", "points": POINTS, "unsupported": {}},
}
CONFIG = {"class_path": "kowairo.models.MfccStatistics", "init_args": {}}


@pytest.fixture
def encoder(tmp_path):
    save_checkpoint(build_encoder(CONFIG), tmp_path / "encoder", config=CONFIG, card=CARD)
    return tmp_path / "encoder"


@pytest.fixture
def voices(tmp_path):
    """Files of one voice, and of silence, of 0.2 s, and cut off at the peak."""
    rng = np.random.default_rng(0)
    voice = tone_voice(1, 1.0, rng)
    made = {"a": voice, "b": tone_voice(1, 1.0, rng), "silence": 0 * voice, "short": voice[:3200]}
    for name, samples in {**made, "声 1": tone_voice(1, 1.0, rng), "clipped": np.sign(voice)}.items():
        soundfile.write(tmp_path / f"{name}.wav", samples, 16000)
    return tmp_path


def test_two_files_are_compared_and_the_verdict_comes_last(run, encoder, voices):
    status, out, _ = run("verify", voices / "a.wav", voices / "b.wav", "--encoder", encoder)
    lines = out.splitlines()
    assert status == 0
    assert str(voices / "a.wav") in lines[0]
    assert str(voices / "b.wav") in lines[1]
    assert lines[2].startswith("cosine ")
    assert lines[3].startswith("threshold 0.5000 [eer]")
    assert lines[-1] == "same speaker"


def test_the_last_of_several_files_is_the_questioned_one(run, encoder, voices):
    files = [voices / "a.wav", voices / "声 1.wav", voices / "b.wav"]
    found = json.loads(run("verify", "--json", *files, "--encoder", encoder)[1])
    assert [one["source"] for one in found["enrolled"]] == [str(path) for path in files[:2]]
    assert found["tested"]["source"] == str(files[2])


def test_json_has_everything(run, encoder, voices):
    found = json.loads(
        run("verify", voices / "a.wav", voices / "a.wav", "--encoder", encoder, "--json", "--prior", "0.1")[1]
    )
    assert found["cosine"] == pytest.approx(1.0)
    assert found["llr"] == pytest.approx(4.0, abs=1e-4)
    assert found["probability"] == pytest.approx(1 / (1 + 9 * np.exp(-4.0)), abs=1e-5)
    assert (found["same"], found["operating_point"], found["prior"]) == (True, "eer", 0.1)
    assert len(found["encoder_sha256"]) == 64


@pytest.mark.parametrize(("point", "expected"), [("eer", 0), ("far_0.01", 1)])
def test_the_exit_status_tells_the_verdict_where_it_is_asked_to(run, encoder, voices, point, expected):
    words = ["verify", voices / "a.wav", voices / "b.wav", "--encoder", encoder, "--point", point]
    assert run(*words)[0] == 0
    status, out, errors = run(*words, "--exit-code")
    assert status == expected
    if expected:
        assert errors == [f"kowairo: {voices / 'b.wav'}: different speakers"]
        assert out.endswith("different speakers\n")


@pytest.mark.parametrize(
    ("lang", "decision"),
    [("ja", "同一話者です"), ("zh", "为同一说话人"), ("ru", "тот же голос")],
)
def test_the_verdict_is_said_in_other_languages(run, encoder, voices, lang, decision):
    words = ["verify", voices / "a.wav", voices / "b.wav", "--encoder", encoder, "--lang", lang]
    assert run(*words)[1].splitlines()[-1] == decision


@pytest.mark.parametrize(
    ("name", "lang", "reason"),
    [
        ("silence", "en", "silent"),
        ("short", "en", "too short"),
        ("clipped", "en", "clipped to pieces"),
        ("absent", "en", "no such file"),
        ("short", "zh", "太短"),
    ],
)
def test_a_recording_that_means_nothing_gets_a_reason_and_no_number(run, encoder, voices, name, lang, reason):
    path = voices / f"{name}.wav"
    status, out, errors = run("verify", voices / "a.wav", path, "--encoder", encoder, "--lang", lang)
    assert (status, out, len(errors)) == (2, "", 1)
    assert errors[0].startswith(f"kowairo: {path}: {reason}")


def test_the_reason_is_there_for_programs_too(run, encoder, voices):
    status, out, _ = run("verify", voices / "silence.wav", voices / "a.wav", "--encoder", encoder, "--json")
    found = json.loads(out)
    assert (status, found["same"], found["refused"]["reason"]) == (2, None, "silent")


def test_recordings_below_the_bar_are_compared_where_that_is_asked_for(run, encoder, voices):
    words = ["verify", voices / "a.wav", voices / "short.wav", "--encoder", encoder, "--any-quality"]
    assert run(*words)[0] == 0


def test_without_a_card_there_is_no_verdict(run, voices):
    words = ["verify", voices / "a.wav", voices / "b.wav", "--encoder", CONFIG["class_path"]]
    status, out, _ = run(*words)
    assert (status, out.splitlines()[-1][:10]) == (0, "no verdict")
    assert run(*words, "--exit-code")[0] == 2
    assert run(*words, "--exit-code", "--threshold", "0.3")[0] == 0


def test_one_file_is_too_few(run, voices):
    status, _, errors = run("verify", voices / "a.wav")
    assert (status, errors) == (2, ["kowairo: verify needs two files or more, got 1"])


@pytest.mark.slow
def test_starting_it_imports_nothing_heavy_but_torch(encoder, voices):
    words = ["verify", str(voices / "a.wav"), str(voices / "b.wav"), "--encoder", str(encoder)]
    heavy = ["lightning", "sklearn", "scipy", "pandas", "pyarrow", "lancedb", "matplotlib", "plotly"]
    heavy += ["onnxruntime", "onnx", "numba", "torchaudio", "speechbrain", "librosa", "kowairo.training"]
    code = (
        f"import sys; from kowairo.cli.main import main; status = main({words!r}); "
        f"print([name for name in {heavy!r} if name in sys.modules]); sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
