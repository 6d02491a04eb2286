import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, InputError, file_digest, read_json
from kowairo.data import read_audio
from kowairo.data.voices import split_units
from kowairo.data.world_copies import copy_id, make_world_copies


def vowel(pitch_hz, *, seconds=0.6, seed=0):
    times_s = np.arange(round(16000 * seconds)) / 16000
    tone = sum(np.sin(2 * np.pi * pitch_hz * k * times_s) / k for k in range(1, int(7900 / pitch_hz)))
    return 0.1 * np.asarray(tone) + 0.002 * np.random.default_rng(seed).standard_normal(len(times_s))


@pytest.fixture
def corpus(tmp_path):
    """Two speakers of three lines; ids as they occur: Japanese, slashes."""
    utt2spk = {f"千早/line{line}": "千早" for line in range(3)} | {f"b-{line}": "b" for line in range(3)}
    audio = {}
    for number, utt in enumerate(utt2spk):
        path = tmp_path / "source" / f"{number}.flac"
        path.parent.mkdir(exist_ok=True)
        pitch_hz = 220.0 if utt2spk[utt] == "b" else 130.0
        soundfile.write(path, vowel(pitch_hz, seconds=0.6 + 0.3 * (number % 3), seed=number), 16000)
        audio[utt] = AudioRef(path)
    tables = {"text": dict.fromkeys(utt2spk, "はい"), "utt2dur": dict.fromkeys(utt2spk, "9.000")}
    return Corpus(audio, utt2spk, tables, {"spk2gender": {"b": "f"}, "spk2va": {"b": "x"}})


def digests(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): file_digest(path) for path in files}


def test_every_speaker_gets_new_speakers_with_all_its_lines(corpus, tmp_path):
    report = make_world_copies(corpus, tmp_path / "out", copies=2)
    made = Corpus.read(tmp_path / "out")
    assert made.speakers == ["b~w1", "b~w2", "千早~w1", "千早~w2"]
    assert made.spk2utt["千早~w2"] == [f"千早/line{line}~w2" for line in range(3)]
    assert (report.kept, report.speakers, report.dropped) == (12, 4, ())
    assert copy_id("b-0", 2) in made.audio


def test_copies_have_the_length_and_level_of_their_source(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "out", copies=1)
    made = Corpus.read(tmp_path / "out")
    for utt in corpus.utts:
        source, copy = read_audio(corpus.audio[utt]), read_audio(made.audio[f"{utt}~w1"])
        assert len(copy) == len(source)
        assert np.mean(copy**2) == pytest.approx(np.mean(source**2), rel=0.01)
        assert made.utt_tables["utt2dur"][f"{utt}~w1"] == f"{len(source) / 16000:.3f}"


def test_tables_say_what_is_known_of_the_new_voices(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "out", copies=1)
    made = Corpus.read(tmp_path / "out")
    assert made.utt_tables["text"]["b-0~w1"] == "はい"
    assert made.spk_tables["spk2original"] == {"b~w1": "b", "千早~w1": "千早"}
    assert made.spk_tables["spk2world"]["b~w1"].startswith("pitch=")
    # A new voice has neither the actor nor surely the gender of its source.
    assert set(made.spk_tables) == {"spk2original", "spk2world"}


def test_a_split_keeps_copies_with_their_source(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "out", copies=2)
    assert split_units(Corpus.read(tmp_path / "out")) == [["b~w1", "b~w2"], ["千早~w1", "千早~w2"]]


def test_length_and_number_of_lines_can_be_bounded(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "out", copies=1, max_s=0.8, max_lines=2)
    made = Corpus.read(tmp_path / "out")
    assert [len(utts) for utts in made.spk2utt.values()] == [2, 2]
    assert max(map(float, made.utt_tables["utt2dur"].values())) == 0.8


def test_bad_files_are_counted_by_reason(corpus, tmp_path):
    corpus.audio["b-1"].path.write_bytes(b"")
    soundfile.write(corpus.audio["千早/line0"].path, np.zeros(16000), 16000)
    report = make_world_copies(corpus, tmp_path / "out", copies=2)
    assert report.counts == {"empty": 1, "silent": 1}
    assert "b-1~w1" not in Corpus.read(tmp_path / "out").audio
    assert read_json(tmp_path / "out" / "drop_report.json")["kept"] == 8


def test_a_corpus_without_a_readable_line_is_refused(corpus, tmp_path):
    for ref in corpus.audio.values():
        ref.path.unlink()
    with pytest.raises(InputError, match=r"no line .* can be read \(6 tried\)"):
        make_world_copies(corpus, tmp_path / "out")


@pytest.mark.parametrize(
    "wrong", [{"copies": 0}, {"workers": 0}, {"max_lines": 0}, {"max_s": 0.1}, {"max_s": float("nan")}]
)
def test_numbers_out_of_range_are_refused(corpus, tmp_path, wrong):
    with pytest.raises(InputError, match="at least"):
        make_world_copies(corpus, tmp_path / "out", **wrong)


def test_a_folder_of_other_arguments_is_refused(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "out", copies=1)
    with pytest.raises(InputError, match="other lines, seed or length"):
        make_world_copies(corpus, tmp_path / "out", copies=1, seed=1)


def test_more_copies_later_equal_all_at_once(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "steps", copies=1)
    make_world_copies(corpus, tmp_path / "steps", copies=3)
    make_world_copies(corpus, tmp_path / "once", copies=3)
    assert digests(tmp_path / "steps") == digests(tmp_path / "once")


def test_files_that_were_lost_are_made_again_as_they_were(corpus, tmp_path):
    make_world_copies(corpus, tmp_path / "out", copies=2)
    before = digests(tmp_path / "out")
    audio = sorted((tmp_path / "out" / "audio").rglob("*.flac"))
    for path in audio[::3]:
        path.unlink()
    audio[0].with_name(".partial-00-x.flac").write_bytes(b"half")
    make_world_copies(corpus, tmp_path / "out", copies=2)
    assert digests(tmp_path / "out") == before


@pytest.mark.slow
def test_the_number_of_workers_changes_no_byte(corpus, tmp_path):
    for workers in (1, 2):
        make_world_copies(corpus, tmp_path / str(workers), copies=2, workers=workers)
    assert digests(tmp_path / "1") == digests(tmp_path / "2")


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(corpus, tmp_path):
    corpus.write(tmp_path / "corpus")
    out = tmp_path / "out"
    command = "from kowairo.cli.main import main; import sys; sys.exit(main(sys.argv[1:]))"
    options = ["--corpus", tmp_path / "corpus", "--out", out, "--copies", "40"]
    process = subprocess.Popen([sys.executable, "-c", command, "corpus", "revoice", *map(str, options)])
    while process.poll() is None and len(list(out.glob("audio/*/*.flac"))) < 5:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "wav.scp").exists()
    make_world_copies(corpus, out, copies=40)
    make_world_copies(corpus, tmp_path / "whole", copies=40)
    (out / "config.yaml").unlink(missing_ok=True)
    assert digests(out) == digests(tmp_path / "whole")
