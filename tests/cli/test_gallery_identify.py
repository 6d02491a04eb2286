import json

import numpy as np
import pytest

from kowairo.inference.gallery import Gallery, GalleryEncoder, ReferenceFacts, References


def test_who_it_is_is_said_and_who_is_nobody(gallery, voices):
    files = [voices / "0.wav", voices / "1.wav"]
    status, out, errors = gallery("identify", *files, "--threshold", "0.2", "--top", "2")
    assert (status, errors) == (0, [])
    assert [line.partition(" ")[2].partition(" ")[0] for line in out.splitlines()] == ["葵", "Zoë"]
    status, out, errors = gallery("identify", files[0], "--threshold", "1", "--json", "--exit-code")
    assert (status, errors) == (1, ["kowairo: 1 of 1 recordings are nobody of the gallery"])
    found = json.loads(out)
    assert (found["voice"], found["verdict"], found["candidates"][0]["voice"]) == (
        None,
        "below_threshold",
        "葵",
    )


def test_without_a_threshold_candidates_are_listed(gallery, voices):
    status, out, _ = gallery("identify", voices / "0.wav")
    assert status == 0
    assert "no threshold (葵" in out
    assert gallery("identify", voices / "0.wav", "--margin", "0.1")[0] == 2


def test_a_recording_that_cannot_be_used_is_said(gallery, voices):
    silent = voices / "known" / "葵" / "silent.wav"
    status, out, errors = gallery("identify", silent, voices / "0.wav")
    assert (status, errors) == (2, ["kowairo: 1 of 2 recordings could not be used"])
    assert out.startswith(f"{silent}: refused: silent")
    status, out, _ = gallery("identify", silent, "--json")
    assert json.loads(out)["refused"]["reason"] == "silent"


def test_voices_that_sound_alike_are_found(gallery, voices):
    status, out, _ = gallery("search", "--voice", "葵", "--top", "1")
    assert (status, len(out.splitlines())) == (0, 1)
    assert str(voices / "known" / "葵") in out
    status, out, _ = gallery("search", "--file", voices / "2.wav", "--json")
    assert json.loads(out)[0]["voice"] == "O'Hara"
    assert gallery("search")[0] == 2


def test_errors_are_measured_where_there_are_enough_of_them(gallery):
    status, out, errors = gallery("measure")
    assert (status, out.splitlines()[0]) == (2, "3 voices, 12 probes, scoring centroid")
    assert "12 probes are too few for an FPIR of 0.01" in errors[0]


def test_a_measured_threshold_is_told_with_its_alarms_and_kept(run, tmp_path):
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(40, 8)), 5, axis=0) + 0.5 * rng.normal(size=(200, 8))
    facts = [ReferenceFacts(f"v{row // 5}", f"{row}.wav", f"{row}", 1.0) for row in range(200)]
    made = Gallery.create(tmp_path / "voices", GalleryEncoder("tiny", "a" * 64, 8))
    made.add(References(facts, vectors.astype(np.float32)), encoder_sha256="a" * 64)
    options = ["--gallery", tmp_path / "voices", "--fpir", "0.2", "--keep", "true"]
    status, out, errors = run("gallery", "measure", *options, "--out", tmp_path / "found.json")
    assert (status, errors) == (0, [])
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["num_alarms"] == round(200 * found["fpir"]) == 40
    assert "at FPIR 20.00 % (40 alarms)" in out
    assert Gallery.open(tmp_path / "voices").rule.threshold == pytest.approx(found["threshold"])
