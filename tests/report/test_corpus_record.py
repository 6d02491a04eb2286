import pytest

from kowairo.core import InputError, write_json
from kowairo.report.corpus_record import read_drops, read_merge_map, set_size


def test_a_set_counts_lines_characters_actors_and_seconds(corpus):
    size = set_size("test", corpus)
    assert (size.lines, size.characters, size.actors) == (36, 6, 3)
    assert size.seconds == pytest.approx(sum(float(s) for s in corpus.utt_tables["utt2dur"].values()))


def test_drops_are_read_with_their_files(experiment_folder):
    drops = read_drops(experiment_folder / "data" / "all")
    assert drops.counts == {"undecodable": 2, "too_short": 5, "duplicate_content": 1}
    assert drops.lines[0].path == "audio/壊れた 音.wav"
    assert len(drops.lines) == 2


def test_no_report_means_no_drops(tmp_path):
    assert read_drops(tmp_path) is None


def test_a_drop_report_of_the_wrong_kind_is_refused(tmp_path):
    write_json(tmp_path / "drop_report.json", {"dropped": [1]})
    with pytest.raises(InputError, match="not a drop report"):
        read_drops(tmp_path)


def test_merge_map_holds_only_what_changed(tmp_path):
    write_json(tmp_path / "map.json", {"a": "a", "b": "a", "c": ["c", "d"]})
    assert read_merge_map(tmp_path / "map.json") == {"b": "a", "d": "c"}
    assert read_merge_map(tmp_path / "absent.json") == {}


def test_a_merge_map_that_is_a_list_is_refused(tmp_path):
    write_json(tmp_path / "map.json", [])
    with pytest.raises(InputError, match="expected an object"):
        read_merge_map(tmp_path / "map.json")
