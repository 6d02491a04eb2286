import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError, TableError
from kowairo.data.enhancement_lists import DistributionList, ListSource, NormalList, TripletList
from kowairo.training.enhancement import draw_list, list_items, read_list

UTTS = ["a/x/1", "a/x/2", "a/y/1", "b/x/1", "b/x/2", "c/x/1", "whole"]
SET = EmbeddingSet(np.eye(7, dtype=np.float32), UTTS)


def test_means_are_over_all_embeddings_of_listed_speakers():
    items = list_items(NormalList(["a", "b"], ["a/x/2.npy", "b/x/1.wav"]), SET)
    assert items.names == ("a", "b")
    assert items.rows.tolist() == [1, 3]
    assert items.speakers.tolist() == [0, 1]
    assert items.row_speakers.tolist() == [0, 0, 0, 1, 1, -1, -1]


def test_a_table_of_speakers_is_preferred_to_ids():
    items = list_items(NormalList(["p"], ["a/x/1"]), SET, utt2spk={"a/x/1": "p", "whole": "p", "c/x/1": "q"})
    assert items.row_speakers.tolist() == [0, -1, -1, -1, -1, -1, 0]


def test_triplets_know_the_other_speaker():
    items = list_items(TripletList(["a", "b"], ["a/x/1", "b/x/1"], ["c", "a"]), SET)
    assert items.names == ("a", "b", "c")
    assert items.others.tolist() == [2, 0]
    with pytest.raises(InputError, match=r"no embedding of the other speaker 'z' \(1 such\)"):
        list_items(TripletList(["a"], ["a/x/1"], ["z"]), SET)


def test_pairs_are_neighbouring_rows():
    pairs = DistributionList(["a", "a"], ["a/x/1", "a/x/1"], ["a/x/2", "a/y/1"], np.array([True, False]))
    items = list_items(pairs, SET)
    assert items.rows.tolist() == [0, 1, 0, 2]
    assert items.same_session.tolist() == [True, False]


def test_a_file_of_two_speakers_is_refused():
    with pytest.raises(InputError, match="'a/x/1' is listed for two speakers"):
        list_items(NormalList(["a", "b"], ["a/x/1", "a/x/1.wav"]), SET)


@pytest.mark.parametrize(
    ("kind", "line"), [("normal", "a a/x/1"), ("triplet", "a a/x/1 b"), ("distribution", "a a/x/1 a/x/2 1")]
)
def test_lists_are_drawn_read_and_refused_by_kind(kind, line, tmp_path):
    (tmp_path / "list").write_text(line + "\n")
    drawn = draw_list(ListSource.of_paths(UTTS[:6]), kind, seed=0)
    assert list_items(read_list(tmp_path / "list", kind), SET).kind == list_items(drawn, SET).kind == kind
    other = {"normal": "triplet", "triplet": "distribution", "distribution": "normal"}[kind]
    with pytest.raises(TableError, match=r"list:1: expected . columns"):
        read_list(tmp_path / "list", other)


def test_domains_are_numbered_and_unknown_ones_are_minus_one():
    styles = {"a/x/1": "whisper", "a/x/2": "shout", "c/x/1": "whisper"}
    items = list_items(NormalList(["a"], ["a/x/1"]), SET, utt2domain=styles)
    assert items.domain_names == ("shout", "whisper")
    assert items.domains.tolist() == [1, 0, -1, -1, -1, 1, -1]
