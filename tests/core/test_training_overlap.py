import numpy as np
import pytest

from kowairo.core import (
    AudioHashes,
    EmbeddingSet,
    InputError,
    OverlapCounts,
    Speaker,
    TrainingOverlap,
    TrainingRecord,
    write_json,
)
from kowairo.core.training_overlap import OVERLAP_NAME, RECORD_KEY


@pytest.fixture
def overlap():
    """a was heard, b is a training speaker under other audio, c is both, d neither."""
    record = TrainingRecord.build([AudioHashes(1, 2), AudioHashes(3, 4)], [Speaker("", "rin")])
    audio = [
        ("a", AudioHashes(1, 9)),
        ("b", AudioHashes(9, 9)),
        ("c", AudioHashes(8, 4)),
        ("d", AudioHashes(8, 8)),
    ]
    speakers = {
        "a": Speaker("", "ran"),
        "b": Speaker("", "rin"),
        "c": Speaker("", "rin"),
        "d": Speaker("", "ran"),
    }
    return TrainingOverlap.find(record, audio, speakers)


def test_audio_and_speakers_are_found_separately(overlap):
    assert overlap.audio == {"a", "c"}
    assert overlap.speakers == {"b": "rin", "c": "rin"}


def test_the_overlap_of_trials_is_counted_once_an_utterance(overlap):
    counts = overlap.among(["d", "c", "b", "a", "a", "c"])
    assert counts == OverlapCounts(3, 4, by_audio=2, by_speaker=2, speakers=1, first="a")
    assert str(counts) == (
        "3 of 4 utterances were in the training of the encoder "
        "(by audio: 2, by speaker: 2, speakers: 1, the first: a)"
    )


def test_trials_of_other_utterances_do_not_overlap(overlap):
    assert overlap.among(["d", "e"]) is None


def test_counts_survive_json(overlap):
    counts = overlap.among(["a", "b"])
    assert OverlapCounts.of_json(counts.as_json()) == counts
    with pytest.raises(InputError, match="not an account of overlap"):
        OverlapCounts.of_json({"utterances": 3})


def test_an_overlap_read_back_is_the_one_written(overlap, tmp_path):
    overlap.write(tmp_path / "o.json")
    found = TrainingOverlap.read(tmp_path / "o.json")
    assert (found.audio, found.speakers) == (overlap.audio, overlap.speakers)


@pytest.mark.parametrize("content", [[], {"audio": []}, {"audio": [], "speakers": [1]}])
def test_another_file_is_refused(tmp_path, content):
    write_json(tmp_path / "o.json", content)
    with pytest.raises(InputError, match="not the overlap of a set"):
        TrainingOverlap.read(tmp_path / "o.json")


def test_a_set_that_was_compared_with_a_record_must_have_the_result(overlap, tmp_path):
    vectors = np.zeros((1, 2), dtype=np.float32)
    EmbeddingSet(vectors, ["a"]).save(tmp_path / "plain")
    EmbeddingSet(vectors, ["a"], {RECORD_KEY: {}}).save(tmp_path / "checked")
    assert TrainingOverlap.of_set(tmp_path / "plain") is None
    with pytest.raises(InputError, match="embed the set again"):
        TrainingOverlap.of_set(tmp_path / "checked")
    overlap.write(tmp_path / "checked" / OVERLAP_NAME)
    assert TrainingOverlap.of_set(tmp_path / "checked").audio == {"a", "c"}


def test_embeddings_of_other_forms_say_nothing(tmp_path):
    assert TrainingOverlap.of_set(tmp_path) is None
    assert TrainingOverlap.of_set(tmp_path / "vectors.ark") is None
