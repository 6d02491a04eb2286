import pytest

from kowairo.core import InputError, TableError
from kowairo.inference.similarity_pairs import SimilarityPair, pair_folders, read_pairs


def touched(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def table(tmp_path, text):
    (tmp_path / "pairs.tsv").write_text(text, encoding="utf-8")
    return tmp_path / "pairs.tsv"


def test_a_table_gives_its_pairs_relative_to_its_folder(tmp_path):
    pairs = read_pairs(
        table(tmp_path, "synthesised\treal\tspeaker\nm/声 1.wav\tr/1.ogg\tA\nm/2.wav\tr/2.ogg\tB\n")
    )
    assert pairs[0] == SimilarityPair(tmp_path / "m/声 1.wav", (tmp_path / "r/1.ogg",), "A")
    assert [pair.speaker for pair in pairs] == ["A", "B"]


def test_lines_of_one_synthesised_file_are_one_pair_with_several_real_ones(tmp_path):
    (pair,) = read_pairs(table(tmp_path, "m.wav\tr1.wav\nm.wav\tr2.wav\n"))
    assert pair.real == (tmp_path / "r1.wav", tmp_path / "r2.wav")
    assert pair.speaker == "m.wav"


@pytest.mark.parametrize("line", ["m.wav", "m.wav r.wav", "a\tb\tc\td", "a\t\tc"])
def test_a_line_that_is_no_pair_is_named(tmp_path, line):
    with pytest.raises(TableError, match=r"pairs\.tsv:2: expected synthesised TAB real"):
        read_pairs(table(tmp_path, f"m.wav\tr.wav\n{line}\n"))


def test_a_table_without_pairs_is_refused(tmp_path):
    with pytest.raises(InputError, match="no pairs in it"):
        read_pairs(table(tmp_path, "synthesised\treal\n"))


def test_files_of_the_same_name_are_paired_whatever_their_endings(tmp_path):
    made = touched(tmp_path / "made", "A/1.wav", "A/2.wav", "B/1.wav", "notes.txt")
    real = touched(tmp_path / "real", "A/1.ogg", "A/2.FLAC", "B/1.wav", "B/9.wav")
    pairs = pair_folders(made, real)
    assert [(pair.real[0].name, pair.speaker) for pair in pairs] == [
        ("1.ogg", "A"),
        ("2.FLAC", "A"),
        ("1.wav", "B"),
    ]


def test_folders_of_the_same_name_are_paired_where_speakers_are_matched(tmp_path):
    made = touched(tmp_path / "made", "A/x.wav", "B/y.wav")
    real = touched(tmp_path / "real", "A/1.wav", "A/2.wav", "B/1.wav")
    pairs = pair_folders(made, real, match="speaker")
    assert [[path.name for path in pair.real] for pair in pairs] == [["1.wav", "2.wav"], ["1.wav"]]
    assert [pair.speaker for pair in pairs] == ["A", "B"]


def test_flat_folders_hold_one_voice_where_speakers_are_matched(tmp_path):
    made, real = touched(tmp_path / "made", "x.wav", "y.wav"), touched(tmp_path / "real", "1.wav", "2.wav")
    pairs = pair_folders(made, real, match="speaker")
    assert [(len(pair.real), pair.speaker) for pair in pairs] == [(2, "real"), (2, "real")]


def test_flat_folders_hold_a_voice_a_file_where_files_are_matched(tmp_path):
    made, real = touched(tmp_path / "made", "x.wav", "y.wav"), touched(tmp_path / "real", "x.wav", "y.wav")
    assert [pair.speaker for pair in pair_folders(made, real)] == ["x", "y"]


def test_a_recording_without_partner_is_named(tmp_path):
    made, real = touched(tmp_path / "made", "x.wav", "y.wav"), touched(tmp_path / "real", "x.wav")
    with pytest.raises(InputError, match=r"1 of 2 recordings have no partner in .*real, the first: y"):
        pair_folders(made, real)


def test_two_files_of_one_name_are_refused(tmp_path):
    made = touched(tmp_path / "made", "x.wav", "x.ogg")
    with pytest.raises(InputError, match=r"x\.ogg has the same name"):
        pair_folders(made, made)


def test_a_folder_that_is_missing_or_empty_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="absent: no such folder"):
        pair_folders(tmp_path / "absent", tmp_path)
    with pytest.raises(InputError, match="empty: no audio files"):
        pair_folders(tmp_path / "empty", tmp_path)


def test_another_match_is_refused(tmp_path):
    with pytest.raises(InputError, match="file or speaker"):
        pair_folders(tmp_path, tmp_path, match="text")
