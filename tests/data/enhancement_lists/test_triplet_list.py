from collections import Counter

import numpy as np
import pytest

from kowairo.core import InputError, TableError
from kowairo.data.enhancement_lists import ListSource, TripletList, make_triplet_list


def test_every_file_gets_another_speaker_and_is_read_back(source, rng, tmp_path):
    made = make_triplet_list(source, rng=rng)
    assert made.files == list(source.files)
    assert all(own != other for own, other in zip(made.speakers, made.others, strict=True))
    made.write(tmp_path / "list")
    assert TripletList.read(tmp_path / "list") == made


def test_all_others_are_equally_likely():
    source = ListSource([f"{n}" for n in range(4000)], ["a", "b", "c", "d"] * 1000)
    made = make_triplet_list(source, rng=np.random.default_rng(0))
    counts = Counter(zip(made.speakers, made.others, strict=True))
    assert len(counts) == 12
    # 1,000 draws of three: a standard deviation of 15.
    assert all(abs(count - 1000 / 3) < 60 for count in counts.values())


def test_one_speaker_gives_no_triplet(rng):
    with pytest.raises(InputError, match="triplets need two speakers"):
        make_triplet_list(ListSource(["1", "2"], ["a", "a"]), rng=rng)


def test_a_speaker_who_is_to_keep_away_from_himself_is_refused(tmp_path):
    (tmp_path / "list").write_text("a a/1 b\na a/2 a\n")
    with pytest.raises(TableError, match="list:2: 'a' stands for the other speaker, too"):
        TripletList.read(tmp_path / "list")
