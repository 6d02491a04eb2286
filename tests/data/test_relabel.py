"""Characters become their actors."""

from pathlib import Path

import pytest

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.data.relabel import relabel_corpus
from kowairo.data.voices import possible_voices


def make_corpus(actors, **spk_tables):
    """Two lines for each of five characters."""
    speakers = ["c0", "c1", "c2", "c3", "c4"]
    utts = {f"{speaker}-{n}": speaker for speaker in speakers for n in range(2)}
    audio = {utt: AudioRef(Path(f"{utt}.wav")) for utt in utts}
    tables = {name: dict(zip(speakers, values, strict=True)) for name, values in spk_tables.items()}
    utt_tables = {"utt2dur": dict.fromkeys(utts, "1.5")}
    return Corpus(audio, utts, utt_tables, {"spk2va": actors, **tables})


ACTORS = {"c0": "ann", "c1": "ann", "c2": "bob", "c3": "bob"}


def test_the_actor_of_a_character_is_the_speaker_of_its_lines():
    corpus = make_corpus(ACTORS)
    found = relabel_corpus(corpus).corpus
    assert found.utt2spk == {
        utt: ACTORS[speaker] for utt, speaker in corpus.utt2spk.items() if speaker in ACTORS
    }
    assert found.audio == {utt: corpus.audio[utt] for utt in found.utts}
    assert found.utt_tables["utt2dur"] == dict.fromkeys(found.utts, "1.5")
    assert found.utt_tables["utt2character"] == {utt: utt.partition("-")[0] for utt in found.utts}


def test_characters_without_an_actor_are_left_out_and_counted():
    found = relabel_corpus(make_corpus(ACTORS))
    assert (found.left_out, found.lines_left_out) == (("c4",), 2)
    complete = relabel_corpus(make_corpus({**ACTORS, "c4": "cleo"}))
    assert (complete.left_out, complete.lines_left_out) == ((), 0)


def test_a_table_on_which_characters_of_an_actor_agree_stays_and_another_goes_to_the_lines():
    corpus = make_corpus(ACTORS, spk2gender="ffmmf", spk2title=["one", "two", "one", "one", "one"])
    found = relabel_corpus(corpus).corpus
    assert found.spk_tables["spk2gender"] == {"ann": "f", "bob": "m"}
    assert "spk2title" not in found.spk_tables
    assert found.utt_tables["utt2title"]["c1-0"] == "two"


def test_a_table_of_lines_is_not_replaced():
    corpus = make_corpus(ACTORS, spk2title=["one", "two", "one", "one", "one"])
    by_line = Corpus(
        corpus.audio, corpus.utt2spk, {"utt2title": {"c0-0": "fan disc"}}, dict(corpus.spk_tables)
    )
    assert relabel_corpus(by_line).corpus.utt_tables["utt2title"] == {"c0-0": "fan disc"}


def test_a_character_that_is_back_in_a_sequel_is_one_character():
    corpus = make_corpus(ACTORS, spk2name=["Rin", "Rin", "Ken", "Go", "X"], spk2title="12111")
    characters = relabel_corpus(corpus).corpus.utt_tables["utt2character"]
    assert characters["c1-0"] == characters["c0-0"] == "c0"
    assert characters["c3-0"] != characters["c2-0"]


def test_equally_named_characters_do_not_make_one_of_two_actors():
    actors = {f"c{n}": f"a{n}" for n in range(5)}
    found = relabel_corpus(make_corpus(actors, spk2name=["Girl"] * 5, spk2title="12345")).corpus
    assert len(set(possible_voices(found).values())) == 5


def test_names_with_spaces_become_ids(tmp_path):
    actors = {speaker: f"{actor}  B. Actor" for speaker, actor in ACTORS.items()}
    found = relabel_corpus(make_corpus(actors, spk2gender="ffmmf")).corpus
    assert found.speakers == ["ann_B._Actor", "bob_B._Actor"]
    found.write(tmp_path)
    assert Corpus.read(tmp_path).speakers == found.speakers


@pytest.mark.parametrize(
    ("corpus", "table", "message"),
    [
        (
            make_corpus({"c0": "a b", "c1": "a_b"}),
            "spk2va",
            "'a b' and 'a_b' would both be",
        ),
        (make_corpus(ACTORS), "spk2singer", "no spk2singer among the tables over speakers: spk2va"),
        (make_corpus(dict.fromkeys(ACTORS, "ann")), "spk2va", "names 1 for 4 of 5 speakers"),
        (make_corpus({}), "spk2va", "names 0 for 0 of 5 speakers"),
    ],
)
def test_no_table_or_one_actor_only_is_refused(corpus, table, message):
    with pytest.raises(InputError, match=message):
        relabel_corpus(corpus, table=table)
