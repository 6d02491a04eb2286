"""Tests of splits."""

from pathlib import Path

import pytest

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.data.splits import SETS, split_corpus


def corpus(
    lines: dict[str, int], spk_tables: dict[str, dict[str, str]], recordings: dict[str, str] | None = None
) -> Corpus:
    utts = {f"{speaker}-{n:03d}": speaker for speaker, number in lines.items() for n in range(number)}
    utt_tables = {"utt2rec": recordings} if recordings else {}
    return Corpus({utt: AudioRef(Path("a.wav")) for utt in utts}, utts, utt_tables, spk_tables)


def novel(actors: int = 20, characters: int = 3, lines: int = 12) -> Corpus:
    """Actors of `characters` characters each, every second of them of one only."""
    spk2va = {
        f"c{actor:02d}{character}": f"va{actor:02d}"
        for actor in range(actors)
        for character in range(characters if actor % 2 else 1)
    }
    return corpus(dict.fromkeys(spk2va, lines), {"spk2va": spk2va})


def actors_of(part: Corpus) -> set[str]:
    return {part.spk_tables["spk2va"][speaker] for speaker in part.speakers}


def test_no_actor_of_a_test_character_is_on_another_side():
    splits = split_corpus(novel(), seed=0, test_fraction=0.4)
    test, valid, train = (actors_of(splits[name]) for name in ("test", "valid", "train"))
    assert len(test) == 8
    assert len(valid) == 2
    assert not test & valid
    assert not test & train
    assert not valid & train
    assert actors_of(splits["seen_actor"]) <= train
    assert not set(splits["seen_actor"].speakers) & set(splits["train"].speakers)
    assert len(splits["seen_actor"].speakers) >= 2


def test_every_line_is_on_one_side_or_its_speaker_left_out():
    whole = novel()
    splits = split_corpus(whole, seed=3)
    placed = [utt for name in SETS for utt in splits[name].utts]
    assert sorted(placed) == whole.utts
    assert splits.left_out == {}


def test_the_closed_set_holds_a_tenth_of_each_training_speaker():
    splits = split_corpus(novel(lines=30), seed=0)
    assert splits["closed"].speakers == splits["train"].speakers
    assert {len(utts) for utts in splits["closed"].spk2utt.values()} == {3}


@pytest.mark.parametrize("seed", range(5))
def test_test_and_validation_get_actors_of_several_characters(seed):
    splits = split_corpus(novel(actors=9), seed=seed)
    for name in ("test", "valid"):
        assert any(len(own) > 1 for own in _by_actor(splits[name]).values())


def _by_actor(part: Corpus) -> dict[str, list[str]]:
    return {
        actor: [s for s in part.speakers if part.spk_tables["spk2va"][s] == actor]
        for actor in actors_of(part)
    }


def test_a_name_back_in_a_sequel_stays_on_one_side():
    lines = {f"t{title}_n{name:02d}": 12 for title in (1, 2) for name in range(15)}
    names = {speaker: speaker[3:] for speaker in lines}
    titles = {speaker: speaker[:2] for speaker in lines}
    splits = split_corpus(corpus(lines, {"spk2name": names, "spk2title": titles}), seed=1)
    sides = [{names[s] for s in splits[name].speakers} for name in ("train", "valid", "test")]
    assert not sides[0] & sides[1]
    assert not sides[0] & sides[2]
    assert not sides[1] & sides[2]


def test_speakers_of_few_lines_or_one_recording_only_train():
    lines = {f"s{n:02d}": 12 for n in range(12)} | {f"few{n}": 9 for n in range(3)} | {"one": 20}
    recordings = {f"one-{n:03d}": "r" for n in range(20)}
    splits = split_corpus(corpus(lines, {}, recordings), seed=0, test_fraction=0.5)
    assert {"few0", "few1", "few2", "one"} <= set(splits["train"].speakers)
    assert "few0" not in splits["closed"].speakers


def test_a_small_speaker_of_a_test_actor_is_left_out():
    whole = novel(actors=8, characters=1)
    lines = dict.fromkeys(whole.speakers, 12) | {f"x{n}": 3 for n in range(8)}
    spk2va = whole.spk_tables["spk2va"] | {f"x{n}": f"va0{n}" for n in range(8)}
    splits = split_corpus(corpus(lines, {"spk2va": spk2va}), seed=0)
    outside = actors_of(splits["test"]) | actors_of(splits["valid"])
    assert set(splits.left_out) == {f"x{actor[-1]}" for actor in outside}


def test_pinned_speakers_and_their_actors_train():
    whole = novel()
    side = {"c010": "train", "c110": "train"}
    pinned = Corpus(whole.audio, whole.utt2spk, {}, {**whole.spk_tables, "spk2side": side})
    splits = split_corpus(pinned, seed=0, test_fraction=0.7)
    outside = {actor for name in ("valid", "test", "seen_actor") for actor in actors_of(splits[name])}
    assert not {"va01", "va11"} & (outside - actors_of(splits["train"]))
    assert set(side) <= set(splits["train"].speakers)
    wrong = Corpus(whole.audio, whole.utt2spk, {}, {"spk2side": {"c010": "test"}})
    with pytest.raises(InputError, match="spk2side: 'c010' has the side 'test'"):
        split_corpus(wrong, seed=0)


def test_equal_seeds_give_equal_splits_and_others_do_not():
    whole = novel()
    first, again, other = (split_corpus(whole, seed=seed) for seed in (1, 1, 2))
    assert all(first[name].utts == again[name].utts for name in SETS)
    assert first["test"].speakers != other["test"].speakers


def test_genders_are_spread_over_test():
    lines = {f"s{n:02d}": 12 for n in range(40)}
    gender = {speaker: "f" if n < 20 else "m" for n, speaker in enumerate(lines)}
    splits = split_corpus(corpus(lines, {"spk2gender": gender}), seed=0, test_fraction=0.2)
    assert sorted(gender[speaker] for speaker in splits["test"].speakers) == ["f"] * 4 + ["m"] * 4


def test_six_speakers_are_enough_and_five_are_not():
    small = split_corpus(corpus({f"s{n}": 10 for n in range(6)}, {}), seed=0)
    assert [len(small[name].speakers) for name in ("train", "valid", "test")] == [2, 2, 2]
    with pytest.raises(InputError, match="too small to split: 5 speakers with 10 lines or more"):
        split_corpus(corpus({f"s{n}": 10 for n in range(5)}, {}), seed=0)


@pytest.mark.parametrize("options", [{"test_fraction": 1.2}, {"test_fraction": 0.6, "valid_fraction": 0.4}])
def test_fractions_that_leave_nothing_are_refused(options):
    with pytest.raises(InputError, match="fraction"):
        split_corpus(novel(), seed=0, **options)


def test_written_sets_are_read_back_and_stale_ones_removed(tmp_path):
    splits = split_corpus(novel(), seed=0)
    splits.write(tmp_path)
    assert Corpus.read(tmp_path / "test").utts == splits["test"].utts
    assert (tmp_path / "seen_actor").exists()
    split_corpus(novel(), seed=0, seen_actor_fraction=0.0).write(tmp_path)
    assert not (tmp_path / "seen_actor").exists()
    assert (tmp_path / "splits.json").exists()
