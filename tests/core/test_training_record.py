import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kowairo.core import (
    AudioHashes,
    AudioRef,
    Corpus,
    InputError,
    Speaker,
    TrainingRecord,
    content_hash,
    encoder_record,
    file_digest,
    speakers_of,
    write_json,
)

numbers = st.integers(0, 2**64 - 1)


@pytest.fixture
def record():
    audio = [AudioHashes(5, 7), AudioHashes(2**64 - 1, 1), AudioHashes(None, 9)]
    return TrainingRecord.build(audio, [Speaker("novel", "rin"), Speaker("", "1")], unrecorded=["campplus"])


def test_a_content_hash_is_the_start_of_the_sha256():
    digest = hashlib.sha256(b"voice").digest()
    assert content_hash(b"voice").to_bytes(8, "little") == digest[:8]
    assert content_hash(np.frombuffer(b"voice!", dtype=np.int16).data) == content_hash(b"voice!")


@pytest.mark.parametrize(
    ("hashes", "known"),
    [
        (AudioHashes(5, None), True),
        (AudioHashes(None, 7), True),
        (AudioHashes(5, 8), True),
        (AudioHashes(6, 9), True),
        (AudioHashes(7, 5), False),
        (AudioHashes(None, None), False),
        (AudioHashes(0, 2**64 - 1), False),
    ],
)
def test_audio_is_known_by_either_hash_and_not_by_that_of_the_other_kind(record, hashes, known):
    assert record.has_audio(hashes) is known


@pytest.mark.parametrize(
    ("speaker", "known"),
    [
        (Speaker("novel", "rin"), True),
        (Speaker("", "rin"), True),
        (Speaker("other", "rin"), False),
        (Speaker("other", "1"), True),
        (Speaker("novel", "ran"), False),
    ],
)
def test_an_id_is_another_speaker_only_where_both_corpora_are_named_and_differ(record, speaker, known):
    assert record.has_speaker(speaker) is known


def test_a_record_read_back_is_the_one_written(record, tmp_path):
    record.write(tmp_path / "record")
    found = TrainingRecord.read(tmp_path / "record")
    assert found.files.tolist() == [5, 2**64 - 1]
    assert found.samples.tolist() == [1, 7, 9]
    assert found.speakers == record.speakers
    assert (found.num_utterances, found.num_speakers, found.unrecorded) == (3, 2, ("campplus",))


@settings(max_examples=10, deadline=None)
@given(audio=st.lists(st.tuples(numbers, numbers), max_size=30), order=st.randoms())
def test_equal_records_are_equal_in_every_byte(audio, order, tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    hashes = [AudioHashes(*pair) for pair in audio]
    TrainingRecord.build(hashes, [Speaker("", "a"), Speaker("", "b")]).write(folder / "one")
    order.shuffle(hashes)
    TrainingRecord.build([*hashes, *hashes], [Speaker("", "b"), Speaker("", "a")]).write(folder / "two")
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()
    found = TrainingRecord.read(folder / "one")
    assert all(found.has_audio(one) for one in hashes)


def test_an_utterance_takes_sixteen_bytes(tmp_path):
    rng = np.random.default_rng(0)
    pairs = rng.integers(0, 2**63, (1000, 2)).tolist()
    TrainingRecord.build([AudioHashes(*pair) for pair in pairs], []).write(tmp_path / "record")
    assert 16_000 < (tmp_path / "record").stat().st_size < 16_200


def test_the_union_holds_what_each_holds(record):
    other = TrainingRecord.build([AudioHashes(3, 7)], [Speaker("novel", "rin"), Speaker("x", "y")])
    both = TrainingRecord.union([record, other])
    assert both.files.tolist() == [3, 5, 2**64 - 1]
    assert both.samples.tolist() == [1, 7, 9]
    assert both.num_speakers == 3
    assert both.unrecorded == ("campplus",)
    assert TrainingRecord.union([]).num_utterances == 0


def test_the_corpus_of_a_speaker_stands_in_its_own_table():
    corpus = Corpus(
        dict.fromkeys("ab", AudioRef("x")), {"a": "s", "b": "t"}, {}, {"spk2corpus": {"s": "novel"}}
    )
    assert speakers_of(corpus) == {"a": Speaker("novel", "s"), "b": Speaker("", "t")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a training record"),
        (b"PK\x03\x04 anything", "not a training record"),
        (b"kowairo training record 1\n[]\n", "not a training record"),
        (b"kowairo training record 1\nnothing\n", "not a training record"),
        (b'kowairo training record 1\n{"files":1,"samples":0,"speakers":{},"unrecorded":[]}\n', "1 hashes"),
    ],
)
def test_a_file_that_is_no_record_or_was_cut_is_refused(tmp_path, content, message):
    (tmp_path / "record").write_bytes(content)
    with pytest.raises(InputError, match=message):
        TrainingRecord.read(tmp_path / "record")


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(InputError, match="record: no such file"):
        TrainingRecord.read(tmp_path / "record")


def test_the_record_of_an_encoder_is_the_one_that_its_card_names(record, tmp_path):
    assert encoder_record(tmp_path) is None
    write_json(tmp_path / "card.json", {"licence": "x"})
    assert encoder_record(tmp_path) is None
    record.write(tmp_path / "r.bin")
    digest = file_digest(tmp_path / "r.bin")
    write_json(tmp_path / "card.json", {"training": {"record": "r.bin", "sha256": digest}})
    found = encoder_record(tmp_path)
    assert (found.record.speakers, found.sha256) == (record.speakers, digest)


def test_a_record_that_the_card_does_not_speak_of_is_refused(record, tmp_path):
    record.write(tmp_path / "r.bin")
    write_json(tmp_path / "card.json", {"training": {"record": "../r.bin", "sha256": "0"}})
    with pytest.raises(InputError, match=r"r\.bin: its SHA-256 is not the one"):
        encoder_record(tmp_path)
