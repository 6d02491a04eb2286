import json

import numpy as np
import pytest
import soundfile

from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import tone_voice

CONFIG = {"class_path": "kowairo.models.MfccStatistics", "init_args": {}}
RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
POINT = {"threshold": 0.5, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""}
CARD = {
    "calibration": {"kind": "LogisticCalibrator", "scale": 8.0, "offset": -2.0},
    "operating_points": {"scores": "cosine", "points": {"eer": POINT}, "unsupported": {}},
}


@pytest.fixture
def encoder(tmp_path):
    save_checkpoint(build_encoder(CONFIG), tmp_path / "encoder", config=CONFIG, card=CARD)
    return tmp_path / "encoder"


@pytest.fixture
def folders(tmp_path):
    """Two folders with two lines of two voices each."""
    rng = np.random.default_rng(0)
    for side in ("made", "real"):
        for speaker in range(2):
            folder = tmp_path / side / f"s{speaker}"
            folder.mkdir(parents=True)
            for line in range(2):
                soundfile.write(folder / f"{line}.wav", tone_voice(speaker, 0.7, rng), 16000)
    return tmp_path / "made", tmp_path / "real"


@pytest.mark.parametrize("match", ["file", "speaker"])
def test_two_folders_are_compared(run, encoder, folders, match):
    status, out, _ = run("similarity", *folders, "--encoder", encoder, "--match", match)
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == "4 pairs of 2 voices"
    assert [line.split(" 0.")[0].split(" +")[0].split(" 1")[0] for line in lines[1:]] == [
        "cosine",
        "log-likelihood ratio",
        "passes as one voice",
    ]


def test_a_table_of_pairs_is_compared_and_every_pair_is_listed(run, encoder, folders, tmp_path):
    (tmp_path / "pairs.tsv").write_text("made/s0/0.wav\treal/s0/0.wav\tA\nmade/s1/0.wav\treal/s0/1.wav\tB\n")
    words = ["similarity", tmp_path / "pairs.tsv", "--encoder", encoder, "--out", tmp_path / "o" / "rows.tsv"]
    assert run(*words)[0] == 0
    heading, *rows = (tmp_path / "o" / "rows.tsv").read_text().splitlines()
    assert heading == "synthesised\treal\tspeaker\tcosine\tllr\tsame"
    assert [row.split("\t")[2] for row in rows] == ["A", "B"]
    cosine, llr = map(float, rows[0].split("\t")[3:5])
    assert llr == pytest.approx(8.0 * cosine - 2.0, abs=1e-9)


def test_json_has_the_means_with_their_intervals(run, encoder, folders):
    found = json.loads(run("similarity", *folders, "--encoder", encoder, "--json")[1])
    assert (found["pairs"], found["speakers"], found["operating_point"]) == (4, 2, "eer")
    assert found["cosine"]["low"] <= found["cosine"]["value"] <= found["cosine"]["high"]


def test_refused_pairs_are_counted_and_fail_the_command_where_asked_to(run, encoder, folders, tmp_path):
    soundfile.write(folders[0] / "s0" / "0.wav", np.zeros(16000), 16000)
    words = ["similarity", *folders, "--encoder", encoder, "--out", tmp_path / "rows.tsv"]
    status, out, _ = run(*words)
    assert (status, out.splitlines()[-1]) == (0, "refused: 1 silent")
    assert "refused: " in (tmp_path / "rows.tsv").read_text().splitlines()[-1]
    status, _, errors = run(*words, "--strict")
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith("kowairo: 1 pairs were refused; ")


@pytest.mark.parametrize("count", [1, 3])
def test_neither_a_table_nor_two_folders_is_refused(run, folders, count):
    status, _, errors = run("similarity", *([folders[0]] * count))
    message = "kowairo: similarity needs a table of pairs, or two folders: synthesised and real"
    assert (status, errors) == (2, [message])
