from pathlib import Path

import pytest

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.training.domain_labels import domain_by_utterance, number_domains

CORPUS = Corpus(
    audio={utt: AudioRef(Path(f"{utt}.wav"), None) for utt in ("a1", "a2", "b1")},
    utt2spk={"a1": "a", "a2": "a", "b1": "b"},
    utt_tables={"utt2emotion": {"a1": "joy", "b1": "anger"}},
    spk_tables={"spk2title": {"b": "t0"}, "spk2emotion": {"a": "none"}},
)


def test_a_table_by_utterance_comes_first():
    assert domain_by_utterance(CORPUS, "emotion", folder=Path("x")) == {"a1": "joy", "b1": "anger"}


def test_a_table_by_speaker_holds_for_the_speakers_utterances():
    assert domain_by_utterance(CORPUS, "title", folder=Path("x")) == {"b1": "t0"}


def test_a_missing_table_is_named_with_those_there_are():
    with pytest.raises(InputError, match="x has neither utt2kind nor spk2kind; its tables: spk2emotion"):
        domain_by_utterance(CORPUS, "kind", folder=Path("x"))


def test_domains_are_numbered_in_the_order_of_their_names():
    numbers, names = number_domains(["joy", None, "anger", "joy"])
    assert numbers.tolist() == [1, -1, 0, 1]
    assert names == ["anger", "joy"]
