"""Tests of trial lists."""

from collections import Counter
from pathlib import Path

import pytest

from kowairo.core import AudioRef, Corpus, InputError, Trials, read_trials
from kowairo.data.relabel import relabel_corpus
from kowairo.data.trial_lists import make_trials, write_trial_lists

KINDS = ["headline", "cross_title", "same_actor", "same_gender", "all"]


@pytest.fixture
def novel() -> Corpus:
    """16 characters of 8 actors in 2 titles, 8 lines each; `c0` is back in title 2 as `c15`."""
    speakers = [f"c{n}" for n in range(16)]
    utts = {f"{speaker}-{n}": speaker for speaker in speakers for n in range(8)}
    return Corpus(
        {utt: AudioRef(Path("a.wav")) for utt in utts},
        utts,
        # Lines 0 and 1 have one text everywhere, the others one text each.
        {"text": {utt: "はい" if utt[-1] in "01" else utt for utt in utts}},
        {
            "spk2va": {s: f"va{n // 2}" for n, s in enumerate(speakers)} | {"c15": "va0"},
            "spk2title": {s: "one" if n < 8 else "two" for n, s in enumerate(speakers)},
            "spk2gender": {s: "f" if n % 3 else "m" for n, s in enumerate(speakers)},
            "spk2name": {s: s for s in speakers} | {"c15": "c0"},
        },
    )


def pairs(trials: Trials, corpus: Corpus, *, target: bool) -> list[tuple[str, str]]:
    return [(corpus.utt2spk[e], corpus.utt2spk[t]) for e, t, label in trials if label is target]


@pytest.mark.parametrize("kind", KINDS)
def test_no_pair_is_of_itself_comes_twice_or_has_equal_text(novel, kind):
    trials = make_trials(novel, kind=kind, seed=0, max_trials=600)
    text = novel.utt_tables["text"]
    unordered = [frozenset((enroll, test)) for enroll, test, _ in trials]
    assert all(len(pair) == 2 for pair in unordered)
    assert len(set(unordered)) == len(trials)
    assert not [1 for enroll, test, _ in trials if text[enroll] == text[test]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_voice_that_is_back_is_never_a_nontarget_and_is_a_target(novel, kind):
    trials = make_trials(novel, kind=kind, seed=0, max_trials=2000)
    assert not {("c0", "c15"), ("c15", "c0")} & set(pairs(trials, novel, target=False))
    assert {("c0", "c15"), ("c15", "c0")} & set(pairs(trials, novel, target=True))
    assert all(a == b or {a, b} == {"c0", "c15"} for a, b in pairs(trials, novel, target=True))


@pytest.mark.parametrize(
    ("kind", "table", "equal"),
    [
        ("headline", "spk2title", True),
        ("cross_title", "spk2title", False),
        ("same_actor", "spk2va", True),
        ("same_gender", "spk2gender", True),
    ],
)
def test_nontargets_are_of_their_kind(novel, kind, table, equal):
    values = novel.spk_tables[table]
    nontargets = pairs(make_trials(novel, kind=kind, seed=0, max_trials=400), novel, target=False)
    assert nontargets
    assert all(a != b and (values[a] == values[b]) is equal for a, b in nontargets)


def test_targets_and_nontargets_are_balanced_over_speakers(novel):
    trials = make_trials(novel, kind="all", seed=0, max_trials=320)
    assert (len(trials), int(trials.target.sum())) == (320, 160)
    enrolled = Counter(enroll for enroll, _ in pairs(trials, novel, target=False))
    assert set(enrolled.values()) == {10}
    tested = Counter(test for _, test in pairs(trials, novel, target=False))
    assert max(tested.values()) <= 15
    assert min(tested.values()) >= 5
    voices = Counter({"c15": "c0"}.get(enroll, enroll) for enroll, _ in pairs(trials, novel, target=True))
    assert max(voices.values()) - min(voices.values()) <= 1


def test_a_small_set_gives_nearly_all_of_its_pairs():
    utts = {f"{speaker}-{n}": speaker for speaker in "ab" for n in range(4)}
    small = Corpus({utt: AudioRef(Path("a.wav")) for utt in utts}, utts)
    trials = make_trials(small, seed=0)
    # 2 speakers x 6 pairs of 4 lines; of the 16 non-targets as many.
    assert int(trials.target.sum()) == 12
    assert len(trials) == 24


def test_one_recording_makes_no_target():
    utts = {f"{speaker}-{n}": speaker for speaker in "ab" for n in range(4)}
    recordings = {utt: f"{utt[0]}{int(utt[-1]) // 2}" for utt in utts}
    small = Corpus({utt: AudioRef(Path("a.wav")) for utt in utts}, utts, {"utt2rec": recordings})
    targets = [(e, t) for e, t, label in make_trials(small, seed=0) if label]
    assert len(targets) == 8
    assert all(recordings[enroll] != recordings[test] for enroll, test in targets)


def test_equal_seeds_give_equal_lists(novel):
    first, again, other = (list(make_trials(novel, seed=seed, max_trials=100)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_lists_are_written_as_the_tables_allow(novel, tmp_path):
    sizes = write_trial_lists(novel, tmp_path, seed=0, max_trials=200)
    assert sorted(sizes) == [
        "trials",
        "trials_all",
        "trials_cross_title",
        "trials_same_actor",
        "trials_same_gender",
    ]
    assert len(read_trials(tmp_path / "trials_same_actor")) == sizes["trials_same_actor"]
    bare = Corpus(novel.audio, novel.utt2spk)
    assert list(write_trial_lists(bare, tmp_path, seed=0, max_trials=200)) == ["trials"]
    assert [path.name for path in tmp_path.iterdir()] == ["trials"]


def test_titles_of_one_voice_each_give_mixed_headline_trials(novel):
    titles = {speaker: speaker for speaker in novel.speakers}
    alone = Corpus(novel.audio, novel.utt2spk, {}, {"spk2title": titles})
    assert len(make_trials(alone, seed=0, max_trials=100)) == 100


def test_what_a_kind_needs_is_said(novel):
    bare = Corpus(novel.audio, novel.utt2spk)
    with pytest.raises(InputError, match=r"same_actor trials need actors \(spk2va\)"):
        make_trials(bare, kind="same_actor", seed=0)
    lonely = bare.subset([utt for utt in bare.utts if bare.utt2spk[utt] == "c1"])
    with pytest.raises(InputError, match="1 speakers give no non-target pair"):
        make_trials(lonely, seed=0)


def test_targets_across_characters_are_of_one_actor_and_of_two_characters(novel):
    actors = relabel_corpus(novel).corpus
    trials = make_trials(actors, kind="cross_character", seed=0, max_trials=600)
    character = actors.utt_tables["utt2character"]
    assert len(trials) > 300
    assert trials.target.mean() == 0.5
    for enroll, test, target in trials:
        assert (actors.utt2spk[enroll] == actors.utt2spk[test]) == target
        assert character[enroll] != character[test]
    # va7 has one character left, its other one being c0 in a sequel.
    targets = Counter(actors.utt2spk[enroll] for enroll, _, target in trials if target)
    assert set(targets) == {f"va{n}" for n in range(7)}
    assert max(targets.values()) - min(targets.values()) <= 1


def test_trials_across_characters_need_to_know_the_characters(novel):
    with pytest.raises(InputError, match="cross_character trials need characters of actors"):
        make_trials(novel, kind="cross_character", seed=0)
