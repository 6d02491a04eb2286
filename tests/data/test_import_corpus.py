"""Tests of imports: every good line is kept, and every other one has its reason."""

from zlib import crc32

import numpy as np
import pytest
import soundfile

from kowairo.core import Corpus, InputError, read_json
from kowairo.data.audio import read_audio
from kowairo.data.import_corpus import import_corpus
from kowairo.data.importers import CharacterFolder, KaldiFolder, LabelList, TableFile
from kowairo.testing.tones import tone_voice, write_tone_corpus, write_wav

RATE_HZ = 16000


def voice(number: int, seconds: float = 0.7) -> np.ndarray:
    return tone_voice(number % 7, seconds, np.random.default_rng(number))


def write_lines(folder, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        # Another content for each path, the same in each run.
        number = crc32(f"{folder.name}/{name}".encode())
        write_wav(folder / name, voice(number))


def write_nasty_corpus(root) -> None:
    """Good lines beside one file of every sort that real corpora hold."""
    write_lines(root / "Rin", "1.wav", "2.wav")
    write_lines(root / "雪菜 先輩", "声 その一.wav", "声 その二.wav")
    write_lines(root / "once", "only.wav")
    write_lines(root / "不明", "who.wav")
    bad = root / "Rin"
    (bad / "empty.wav").write_bytes(b"")
    (bad / "text.wav").write_text("no audio\n" * 30)
    soundfile.write(bad / "whole.ogg", voice(1, 6.0), RATE_HZ, format="OGG", subtype="VORBIS")
    content = (bad / "whole.ogg").read_bytes()
    (bad / "cut_early.ogg").write_bytes(content[: len(content) // 10])
    (bad / "cut_late.ogg").write_bytes(content[: len(content) * 7 // 10])
    soundfile.write(bad / "silence.wav", np.zeros(RATE_HZ), RATE_HZ)
    soundfile.write(bad / "nan.wav", np.full(RATE_HZ, np.nan), RATE_HZ, subtype="FLOAT")
    soundfile.write(bad / "short.wav", voice(2)[:4000], RATE_HZ)
    soundfile.write(root / "雪菜 先輩" / "phone.mp3", voice(3, 1.5), 8000, format="MP3")
    soundfile.write(root / "雪菜 先輩" / "stereo.flac", np.stack([voice(4, 2.1)] * 2, axis=1), 48000)


def test_a_nasty_folder_loses_no_good_line_and_reports_every_other(tmp_path):
    write_nasty_corpus(tmp_path / "corpus")
    report = import_corpus(CharacterFolder(tmp_path / "corpus"), tmp_path / "all")
    assert report.counts == {
        "empty": 1,
        "not_finite": 1,
        "silent": 1,
        "too_few_lines": 1,
        "too_short": 1,
        "undecodable": 2,
        "unknown_speaker": 1,
    }
    assert [(remark.reason, remark.path.rpartition("/")[2]) for remark in report.noted] == [
        ("truncated", "cut_late.ogg")
    ]
    corpus = Corpus.read(tmp_path / "all")
    kept = sorted(ref.path.name for ref in corpus.audio.values())
    assert kept == sorted(
        [
            "1.wav",
            "2.wav",
            "whole.ogg",
            "cut_late.ogg",
            "声 その一.wav",
            "声 その二.wav",
            "phone.mp3",
            "stereo.flac",
        ]
    )
    assert corpus.spk_tables["spk2name"] == {"Rin": "Rin", "雪菜_先輩": "雪菜 先輩"}
    assert (report.kept, report.speakers) == (8, 2)
    assert all(len(read_audio(ref)) >= 8000 for ref in corpus.audio.values())


def test_tables_are_sorted_and_hold_durations(tmp_path):
    write_tone_corpus(tmp_path / "in", 2, 3, 0)
    report = import_corpus(KaldiFolder(tmp_path / "in"), tmp_path / "all")
    before, after = Corpus.read(tmp_path / "in"), Corpus.read(tmp_path / "all")
    assert report.summary() == "6 lines of 2 speakers kept, none dropped"
    assert (after.utt_tables, after.spk_tables, after.utt2spk) == (
        before.utt_tables,
        before.spk_tables,
        before.utt2spk,
    )
    assert (tmp_path / "all/dropped.tsv").read_text() == "utt\tpath\treason\tdetail\n"
    assert read_json(tmp_path / "all/drop_report.json")["kept"] == 6


def test_every_layout_of_one_corpus_gives_the_same_audio(tmp_path):
    corpus = write_tone_corpus(tmp_path / "in", 2, 2, 0)
    rows = [(f"in/audio/{utt}.wav", speaker) for utt, speaker in corpus.utt2spk.items()]
    (tmp_path / "t.csv").write_text("path,speaker\n" + "".join(f"{p},{s}\n" for p, s in rows))
    (tmp_path / "l.txt").write_text("".join(f"{p}\t{s}\n" for p, s in rows))
    importers = [KaldiFolder(tmp_path / "in"), TableFile(tmp_path / "t.csv"), LabelList(tmp_path / "l.txt")]
    found = []
    for number, importer in enumerate(importers):
        import_corpus(importer, tmp_path / f"out{number}")
        result = Corpus.read(tmp_path / f"out{number}")
        found.append(sorted((str(result.audio[utt]), result.utt2spk[utt]) for utt in result.utts))
    assert found[0] == found[1] == found[2]


def test_copies_of_one_speaker_leave_the_first_and_copies_of_two_leave_none(tmp_path):
    write_lines(tmp_path / "in/a", "1.wav", "2.wav", "3.wav")
    write_lines(tmp_path / "in/b", "1.wav", "2.wav", "3.wav")
    (tmp_path / "in/a/4.wav").write_bytes((tmp_path / "in/a/1.wav").read_bytes())
    samples, _ = soundfile.read(tmp_path / "in/a/2.wav", dtype="int16")
    soundfile.write(tmp_path / "in/b/4.flac", samples, RATE_HZ)
    report = import_corpus(CharacterFolder(tmp_path / "in"), tmp_path / "all")
    assert [remark.utt for remark in report.dropped] == ["a-0001", "a-0003", "b-0003"]
    assert report.counts == {"duplicate_content": 3}
    assert report.dropped[1].detail == "same as a-0000"


def test_a_line_used_again_in_the_sequel_counts_as_one_label(tmp_path):
    write_lines(tmp_path / "in/one/Yuki", "1.wav", "2.wav", "3.wav")
    write_lines(tmp_path / "in/two/Yuki", "4.wav", "5.wav")
    (tmp_path / "in/two/Yuki/6.wav").write_bytes((tmp_path / "in/one/Yuki/1.wav").read_bytes())
    report = import_corpus(CharacterFolder(tmp_path / "in", depth=2), tmp_path / "all")
    assert [remark.utt for remark in report.dropped] == ["two_Yuki-0002"]


def test_the_tables_are_the_same_whatever_the_number_of_threads(tmp_path):
    write_nasty_corpus(tmp_path / "corpus")
    contents = []
    for threads in (1, 4):
        out = tmp_path / f"out{threads}"
        import_corpus(CharacterFolder(tmp_path / "corpus"), out, threads=threads)
        contents.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert contents[0] == contents[1]


def test_a_second_import_replaces_the_first(tmp_path):
    write_tone_corpus(tmp_path / "in", 2, 2, 0)
    import_corpus(KaldiFolder(tmp_path / "in"), tmp_path / "all")
    (tmp_path / "in/spk2gender").unlink()
    import_corpus(KaldiFolder(tmp_path / "in"), tmp_path / "all")
    assert Corpus.read(tmp_path / "all").spk_tables == {}


def test_a_file_name_that_is_no_utf_8_is_dropped_by_name(tmp_path):
    write_lines(tmp_path / "in/a", "1.wav", "2.wav", "3.wav")
    (tmp_path / "in/a/3.wav").rename(tmp_path / "in/a/\udc83A.wav")
    report = import_corpus(CharacterFolder(tmp_path / "in"), tmp_path / "all")
    assert report.counts == {"bad_name": 1}
    assert report.kept == 2


def test_a_corpus_without_a_usable_line_is_one_clear_error(tmp_path):
    (tmp_path / "in/a").mkdir(parents=True)
    (tmp_path / "in/a/1.wav").write_bytes(b"")
    with pytest.raises(
        InputError, match=r"no line can be used: 0 lines .* 1 dropped \(1 empty\); the first: "
    ):
        import_corpus(CharacterFolder(tmp_path / "in"), tmp_path / "all")


def test_an_output_that_cannot_be_written_or_is_not_ours_is_refused_at_once(tmp_path):
    importer = KaldiFolder(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file, expected a folder"):
        import_corpus(importer, tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written: Not a directory"):
        import_corpus(importer, tmp_path / "file/out")
    with pytest.raises(InputError, match="is not empty and no import made it"):
        import_corpus(importer, tmp_path)


def test_contradicting_tables_are_errors(tmp_path):
    write_lines(tmp_path, "1.wav", "2.wav")
    (tmp_path / "t.csv").write_text("path,speaker,actor\n1.wav,a,x\n2.wav,a,y\n")
    with pytest.raises(InputError, match=r"spk2va: speaker 'a' is 'x' and, at .*'y'"):
        import_corpus(TableFile(tmp_path / "t.csv"), tmp_path / "all")
    (tmp_path / "u.csv").write_text("path,speaker,utt\n1.wav,a,u\n2.wav,a,u\n")
    with pytest.raises(InputError, match="two lines have the id 'u'"):
        import_corpus(TableFile(tmp_path / "u.csv"), tmp_path / "all")


@pytest.mark.slow
def test_real_voices_are_all_kept_but_for_speakers_of_one_line(data_dir, tmp_path):
    report = import_corpus(KaldiFolder(data_dir / "voices/train"), tmp_path / "all")
    assert report.counts == {"too_few_lines": 26}
    assert report.kept == 5673
