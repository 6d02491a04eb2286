"""Tests of which speakers are one voice."""

from pathlib import Path

from kowairo.core import AudioRef, Corpus
from kowairo.data.voices import possible_voices, proven_voices, split_units, utterance_titles


def corpus(speakers: list[str], **tables: dict[str, str]) -> Corpus:
    audio = {f"{speaker}-0": AudioRef(Path("a.wav")) for speaker in speakers}
    return Corpus(audio, {f"{speaker}-0": speaker for speaker in speakers}, {}, tables)


def test_a_name_back_in_a_sequel_with_its_actor_is_proven_one_voice():
    speakers = corpus(
        ["a1", "a2", "b1"],
        spk2name={"a1": "Yuki", "a2": "Yuki", "b1": "Rin"},
        spk2title={"a1": "one", "a2": "two", "b1": "one"},
        spk2va={"a1": "x", "a2": "x", "b1": "x"},
    )
    assert proven_voices(speakers) == {"a1": "a1", "a2": "a1", "b1": "b1"}
    assert split_units(speakers) == [["a1", "a2", "b1"]]


def test_a_name_in_two_titles_without_actors_is_possibly_one_voice_only():
    speakers = corpus(
        ["a1", "a2"], spk2name={"a1": "Yuki", "a2": "Yuki"}, spk2title={"a1": "one", "a2": "two"}
    )
    assert proven_voices(speakers) == {"a1": "a1", "a2": "a2"}
    assert possible_voices(speakers) == {"a1": "a1", "a2": "a1"}
    assert split_units(speakers) == [["a1", "a2"]]


def test_a_name_of_two_actors_is_two_voices():
    speakers = corpus(
        ["c1", "c2", "c3"],
        spk2name=dict.fromkeys(["c1", "c2", "c3"], "clerk"),
        spk2title={"c1": "one", "c2": "two", "c3": "three"},
        spk2va={"c1": "x", "c2": "y"},
    )
    assert possible_voices(speakers) == {"c1": "c1", "c2": "c2", "c3": "c3"}
    assert split_units(speakers) == [["c1"], ["c2"], ["c3"]]


def test_one_name_in_one_title_or_without_titles_is_two_voices():
    names = {"g1": "girl", "g2": "girl"}
    assert possible_voices(corpus(["g1", "g2"], spk2name=names)) == {"g1": "g1", "g2": "g2"}
    in_one = corpus(["g1", "g2"], spk2name=names, spk2title={"g1": "one", "g2": "one"})
    assert possible_voices(in_one) == {"g1": "g1", "g2": "g2"}


def test_a_truth_table_decides():
    speakers = corpus(["a", "b", "c"], spk2voice={"a": "v", "c": "v"})
    assert proven_voices(speakers) == {"a": "a", "b": "b", "c": "a"}
    assert split_units(speakers) == [["a", "c"], ["b"]]


def test_units_chain_over_voices_and_actors():
    speakers = corpus(
        ["a1", "a2", "b", "d"], spk2voice={"a1": "v", "a2": "v"}, spk2va={"a2": "x", "b": "x", "d": "y"}
    )
    assert split_units(speakers) == [["a1", "a2", "b"], ["d"]]


def test_the_title_of_a_line_comes_before_that_of_its_speaker():
    one = AudioRef(Path("a.wav"))
    lines = Corpus(
        {"a-0": one, "a-1": one},
        {"a-0": "a", "a-1": "a"},
        {"utt2title": {"a-1": "two"}},
        {"spk2title": {"a": "one"}},
    )
    assert utterance_titles(lines) == {"a-0": "one", "a-1": "two"}
