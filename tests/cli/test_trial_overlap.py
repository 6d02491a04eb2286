import numpy as np
import pytest

from kowairo.cli.trial_overlap import (
    admitted_overlap,
    corpus_overlap,
    hand_on_overlap,
    record_of,
    refuse_overlap,
    set_overlap,
)
from kowairo.core import (
    Corpus,
    EmbeddingSet,
    InputError,
    OverlapCounts,
    TrainingOverlap,
    Trials,
    read_overlap_note,
    write_overlap_note,
)
from kowairo.core.training_overlap import OVERLAP_NAME, RECORD_KEY

COUNTS = OverlapCounts(2, 9, by_audio=1, by_speaker=1, speakers=1, first="s0-0")


def test_an_overlap_is_refused_in_one_line_unless_it_is_allowed(tmp_path):
    with pytest.raises(InputError, match=r"trials: 2 of 9 utterances .* the first: s0-0\).*--allow_overlap"):
        refuse_overlap(COUNTS, tmp_path / "trials", allow=False)
    refuse_overlap(COUNTS, tmp_path / "trials", allow=True)
    refuse_overlap(None, tmp_path / "trials", allow=False)


def test_an_encoder_is_compared_with_a_corpus_by_audio_and_speaker(trained, corpus):
    overlap = corpus_overlap(record_of(str(trained)), Corpus.read(corpus))
    assert overlap.audio == {"s0-0"}
    assert set(overlap.speakers) == {f"s3-{line}" for line in range(6)}


def test_an_encoder_without_record_is_refused(trained):
    (trained / "card.json").write_text("{}")
    with pytest.raises(InputError, match="no training record"):
        record_of(str(trained))


def test_a_set_tells_what_its_making_found(embeddings):
    assert set_overlap(embeddings / "test", ["s0-0"]) is None
    folder = embeddings / "test"
    whole = EmbeddingSet.load(folder)
    EmbeddingSet(whole.vectors.copy(), whole.utts, {RECORD_KEY: {}}).save(folder)
    TrainingOverlap(frozenset(["s0-0"]), {"s1-0": "s1"}).write(folder / OVERLAP_NAME)
    assert set_overlap(folder, ["s0-0", "s2-0"]).utterances == 1
    assert set_overlap(folder, ["s2-0"]) is None


def test_a_list_of_training_voices_is_refused_or_counted(trained_on, embeddings, tmp_path):
    trained_on(embeddings / "test", "s0-0")
    heard = Trials(["s0-0", "s1-0"], ["s0-1", "s0-0"], np.array([True, False]))
    with pytest.raises(InputError, match="mine: 1 of 3 utterances"):
        admitted_overlap(embeddings / "test", heard, tmp_path / "mine", allow=False)
    assert admitted_overlap(embeddings / "test", heard, tmp_path / "mine", allow=True).utterances == 1
    others = Trials(["s1-0"], ["s1-1"], np.array([True]))
    assert admitted_overlap(embeddings / "test", others, tmp_path / "mine", allow=False) is None


def test_a_mark_is_handed_on_and_taken_away(tmp_path):
    write_overlap_note(tmp_path / "a.txt", COUNTS)
    assert read_overlap_note(tmp_path / "a.txt") == COUNTS
    hand_on_overlap([tmp_path / "other.txt", tmp_path / "a.txt"], tmp_path / "b.txt")
    assert read_overlap_note(tmp_path / "b.txt") == COUNTS
    hand_on_overlap([tmp_path / "other.txt"], tmp_path / "b.txt")
    assert read_overlap_note(tmp_path / "b.txt") is None
