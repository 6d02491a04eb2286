import pytest

from kowairo.core import InputError, TableError
from kowairo.data.enhancement_lists import NormalList, make_normal_list


def test_every_file_is_listed_once_and_read_back(source, tmp_path):
    made = make_normal_list(source)
    assert made.files == list(source.files)
    made.write(tmp_path / "list")
    assert NormalList.read(tmp_path / "list") == made
    assert (tmp_path / "list").read_text().splitlines()[0] == "id0 id0/x/0"


def test_the_published_layout_is_read_as_it_is(tmp_path):
    (tmp_path / "list").write_text("id00000 id00000/youtube_key/12345.wav\r\nid00012 id00012/a/1.npy\n")
    found = NormalList.read(tmp_path / "list")
    assert found == NormalList(["id00000", "id00012"], ["id00000/youtube_key/12345.wav", "id00012/a/1.npy"])


def test_wrong_column_counts_are_named_by_line(tmp_path):
    (tmp_path / "list").write_text("a a/1\n\nb b/1 c\n")
    with pytest.raises(TableError, match=r"list:3: expected 2 columns `ID FILE`, got 3"):
        NormalList.read(tmp_path / "list")
    (tmp_path / "list").write_text("\n")
    with pytest.raises(InputError, match="no line in it"):
        NormalList.read(tmp_path / "list")
