"""Tests of the importer of tables."""

import json

import pytest

from kowairo.core import AudioRef, InputError, TableError
from kowairo.data.importers import TableFile
from kowairo.testing.importers import check_importer

COLUMNS = {"path": "file", "speaker": "character", "text": "line", "actor": "cv"}
ROWS = [
    {
        "file": "a b/1.wav",
        "character": "雪菜 先輩",
        "line": 'ねえ, "君"\nは?',
        "cv": "声優 一",
        "emotion": "cry",
    },
    {"file": "2.wav", "character": "Rin", "line": "", "cv": "", "emotion": ""},
    {"file": "3.wav", "character": "？？？", "line": "…", "cv": "", "emotion": ""},
]


def write_csv(path, delimiter: str) -> None:
    cells = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    path.write_bytes("\ufeff".encode() + "\r\n".join(quoted).encode() + b"\r\n")


def write_jsonl(path) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in ROWS), encoding="utf-8")


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_csv_tsv_and_jsonl_give_the_same_lines(tmp_path, name):
    path = tmp_path / name
    if name.endswith("jsonl"):
        write_jsonl(path)
    else:
        write_csv(path, "," if name.endswith("csv") else "\t")
    first, second, third = check_importer(TableFile(path, columns=COLUMNS))
    assert (first.utt, first.speaker) == ("雪菜_先輩-0000", "雪菜_先輩")
    assert first.ref == AudioRef(tmp_path / "a b/1.wav")
    assert first.tables == {"text": 'ねえ, "君" は?', "utt2emotion": "cry"}
    assert first.speaker_tables == {"spk2va": "声優 一", "spk2name": "雪菜 先輩"}
    assert (second.utt, second.tables, second.speaker_tables) == ("Rin-0000", {}, {"spk2name": "Rin"})
    assert third.speaker == ""


def test_a_title_makes_two_speakers_of_one_name(tmp_path):
    (tmp_path / "t.csv").write_text("path,speaker,title\na.wav,Yuki,One\nb.wav,Yuki,Two\n")
    first, second = check_importer(TableFile(tmp_path / "t.csv"))
    assert (first.speaker, second.speaker) == ("One_Yuki", "Two_Yuki")
    assert second.speaker_tables == {"spk2title": "Two", "spk2name": "Yuki"}
    assert second.tables == {"utt2title": "Two"}


def test_windows_paths_archives_and_roots_are_understood(tmp_path):
    (tmp_path / "audio" / "琴子").mkdir(parents=True)
    (tmp_path / "audio" / "琴子" / "1.ogg").write_bytes(b"x")
    (tmp_path / "t.psv").write_text(
        "path|speaker|utt\n琴子\\1.ogg|a|u 1\nx.tar#b/2.ogg|a|u2\n", encoding="utf-8"
    )
    first, second = check_importer(TableFile(tmp_path / "t.psv", root=tmp_path / "audio"))
    assert first.ref.path.exists()
    assert second.ref == AudioRef(tmp_path / "audio/x.tar", "b/2.ogg")
    assert (first.utt, second.utt) == ("u_1", "u2")


@pytest.mark.parametrize(
    ("name", "content", "columns", "message"),
    [
        ("t.csv", "file,speaker\na.wav,b\n", {}, r"t\.csv: no column 'path'; has file, speaker"),
        ("t.csv", "path,speaker\na.wav,b\n", {"text": "line"}, r"t\.csv: no column 'line' \(for text\)"),
        ("t.csv", "path,speaker\na.wav,b\n", {"txt": "line"}, r"no fact 'txt'; known: path, speaker"),
        ("t.csv", "", {}, r"t\.csv: no column 'path'; has nothing"),
        ("t.csv", "path,speaker\n", {}, r"t\.csv: no rows"),
        ("t.csv", "path,speaker\na.wav,b,c\n", {}, r"t\.csv:2: 3 columns, but the header has 2"),
        ("t.csv", "path,speaker\n,b\n", {}, r"t\.csv:2: no path"),
        ("t.dat", "path,speaker\na.wav,b\n", {}, r"t\.dat: unknown ending"),
        ("t.jsonl", '{"path": "a.wav"}\n', {}, r"t\.jsonl: no column 'speaker'; has path"),
        ("t.jsonl", "{path\n", {}, r"t\.jsonl:1: not JSON"),
        ("t.jsonl", "[1]\n", {}, r"t\.jsonl:1: expected a JSON object"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_clear_line(tmp_path, name, content, columns, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        list(TableFile(tmp_path / name, columns=columns).entries())


def test_missing_and_binary_files_are_errors(tmp_path):
    with pytest.raises(InputError, match="no such file; layout table expects"):
        list(TableFile(tmp_path / "none.csv").entries())
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        list(TableFile(tmp_path / "t.csv").entries())


def test_table_error_is_raised_for_rows(tmp_path):
    (tmp_path / "t.csv").write_text("path,speaker\na.wav\n")
    with pytest.raises(TableError, match=":2:"):
        list(TableFile(tmp_path / "t.csv").entries())
