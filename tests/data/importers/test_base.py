"""Tests of what an importer is, and of the ids that importers share."""

import pytest

from kowairo.data.importers import CorpusImporter
from kowairo.data.importers._ids import IdGiver, is_unknown_speaker, one_line, safe_id


def test_an_importer_must_list_entries():
    with pytest.raises(TypeError, match="entries"):
        CorpusImporter()


@pytest.mark.parametrize("name", ["", " ", "?", "???", "？？？", "不明", "Unknown", "UNKNOWN "])
def test_labels_of_nobody_are_unknown(name):
    assert is_unknown_speaker(name)
    assert IdGiver().speaker(name) == ""


@pytest.mark.parametrize("name", ["Nan", "None", "誰か?", "Unknown Soldier", "不明瞭"])
def test_names_are_not_unknown(name):
    assert not is_unknown_speaker(name)


def test_ids_hold_no_blank_and_no_mark():
    assert safe_id(" 雪菜　先輩 A|b/c\\d#e ") == "雪菜_先輩_A_b_c_d_e"
    assert one_line(" ね え\n\tは ") == "ね え は"


def test_names_that_make_one_id_are_told_apart():
    ids = IdGiver()
    assert [ids.speaker(name) for name in ("A B", "A_B", "A B", "A|B")] == ["A_B", "A_B~2", "A_B", "A_B~3"]
