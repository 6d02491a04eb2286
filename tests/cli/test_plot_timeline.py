import numpy as np
import pytest
import soundfile

from kowairo.testing.tones import tone_voice


@pytest.fixture
def talk(tmp_path, run, tiny):
    """A gallery of two tone voices, and a recording in which they take turns."""
    rng = np.random.default_rng(0)
    for voice, name in enumerate(("葵", "Zoë")):
        (tmp_path / "known" / name).mkdir(parents=True)
        for line in range(3):
            soundfile.write(tmp_path / "known" / name / f"{line}.wav", tone_voice(voice, 2.0, rng), 16000)
    place = tmp_path / "two"
    given = ["--gallery", place, "--folder", tmp_path / "known", "--encoder", tiny, "--workers", "1"]
    assert run("gallery", "enroll", *given)[0] == 0
    turns = [tone_voice(voice, 6.0, rng) for voice in (0, 1, 0)]
    soundfile.write(tmp_path / "talk.wav", np.concatenate(turns), 16000)
    return lambda *options: run(
        "plot",
        "timeline",
        "--gallery",
        place,
        "--file",
        tmp_path / "talk.wav",
        *options,
        "--switch_cost",
        "0.001",
    )


def test_turns_are_drawn_printed_and_written_as_labels(talk, tmp_path):
    out = [tmp_path / "t.html", tmp_path / "t.png"]
    status, printed, errors = talk("--out", *out, "--spans", tmp_path / "deep" / "t.txt")
    assert (status, errors) == (0, [])
    assert [line.partition("\t")[0] for line in printed.splitlines()[:2]] == ["葵", "Zoë"]
    labels = [line.split("\t") for line in (tmp_path / "deep" / "t.txt").read_text("utf-8").splitlines()]
    assert [voice for _, _, voice in labels] == ["葵", "Zoë", "葵"]
    assert float(labels[1][0]) == pytest.approx(6.0, abs=1.0)
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert page.count("data:audio/ogg") == 3
    assert "No threshold is set" in page


def test_a_threshold_that_nobody_passes_makes_all_unknown(talk, tmp_path):
    status, printed, _ = talk("--threshold", "1", "--out", tmp_path / "t.png")
    assert status == 0
    assert printed.startswith("unknown\t0:18\n")


def test_bad_input_is_one_line_and_status_2(talk, run, tmp_path):
    assert talk("--out", tmp_path / "t.gif")[0] == 2
    assert talk("--hop_s", "9", "--out", tmp_path / "t.png")[2][0].startswith("kowairo: expected 0 < hop")
    assert "0 clips or more" in talk("--clip_s", "0", "--out", tmp_path / "t.png")[2][0]
    status, _, errors = talk("--file", tmp_path / "none.wav", "--out", tmp_path / "t.png")
    assert (status, len(errors)) == (2, 1)
    assert "none.wav" in errors[0]
    soundfile.write(tmp_path / "silent.wav", np.zeros(48000), 16000)
    errors = talk("--file", tmp_path / "silent.wav", "--out", tmp_path / "t.png")[2]
    assert errors == ["kowairo: silent.wav: no window of it can be used; is it silent?"]
