"""Several corpora as one."""

import pytest

from kowairo.core import AudioRef, Corpus, InputError
from kowairo.data.join_corpora import join_corpora


def _write(folder, utts, **tables):
    audio = {utt: AudioRef(folder / f"{utt}.wav") for utt in utts}
    Corpus(audio, {utt: utt.partition("-")[0] for utt in utts}, **tables).write(folder)
    return folder


def test_all_lines_and_the_tables_of_each_are_there(tmp_path):
    one = _write(tmp_path / "one", ["a-1", "a-2"], spk_tables={"spk2va": {"a": "actor"}})
    two = _write(tmp_path / "two", ["b-1"], utt_tables={"text": {"b-1": "hello"}})
    joined = join_corpora([one, two])
    assert joined.utt2spk == {"a-1": "a", "a-2": "a", "b-1": "b"}
    assert (joined.utt_tables, joined.spk_tables) == ({"text": {"b-1": "hello"}}, {"spk2va": {"a": "actor"}})
    assert joined.audio["b-1"].path == two / "b-1.wav"


def test_an_utterance_of_two_corpora_is_refused(tmp_path):
    one, two = (_write(tmp_path / name, ["a-1"]) for name in ("one", "two"))
    with pytest.raises(InputError, match=r"utterance 'a-1' is in .*one and in .*two; rename"):
        join_corpora([one, two])


def test_a_speaker_of_two_corpora_is_refused(tmp_path):
    one, two = _write(tmp_path / "one", ["a-1"]), _write(tmp_path / "two", ["a-2"])
    with pytest.raises(InputError, match="speaker 'a' is in"):
        join_corpora([one, two])


def test_nothing_cannot_be_joined():
    with pytest.raises(InputError, match="at least one corpus"):
        join_corpora([])
