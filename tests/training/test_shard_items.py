import numpy as np
import pytest

from kowairo.core import Corpus, InputError, StringArray
from kowairo.data.shards import Shard, ShardSet
from kowairo.training import apply_merge_map
from kowairo.training.audio_source import DecodedAudio
from kowairo.training.shard_items import items_with_teacher, shard_items
from kowairo.training.training_items import training_items


def made(speakers, *, per_shard=3):
    """An index without audio: utterance u0, u1, ... of each speaker in the list."""
    names = sorted(set(speakers))
    count = len(speakers)
    shards = [Shard(f"{n}.tar", min(per_shard, count - n), 0) for n in range(0, count, per_shard)]
    return ShardSet(
        folder=None,
        base="",
        shards=shards,
        utts=StringArray.from_texts(f"u{row}" for row in range(count)),
        labels=np.array([names.index(speaker) for speaker in speakers], np.int32),
        speakers=names,
        places=np.zeros((count, 2), np.int64),
    )


def classes_of(found):
    return {utt: found.items.classes[n] for utt, n in zip(found.items.utts, found.items.labels, strict=True)}


@pytest.mark.parametrize("merges", [{}, {"s01": "s00"}])
@pytest.mark.parametrize("max_speakers", [None, 3])
def test_items_are_those_of_the_corpus_in_another_order(shards, data_folder, merges, max_speakers):
    corpus = Corpus.read(data_folder / "train")
    utt2spk = apply_merge_map(corpus.utt2spk, merges)
    expected = training_items(utt2spk, source=DecodedAudio(corpus), max_speakers=max_speakers)
    found = shard_items(shards, merge_map=merges, max_speakers=max_speakers)
    assert found.items.classes == expected.classes
    named = {utt: expected.classes[n] for utt, n in zip(expected.utts, expected.labels, strict=True)}
    assert classes_of(found) == named
    assert [shards.utts[row] for row in found.rows] == list(found.items.utts)
    assert found.items.labels.dtype == np.int64
    assert found.counts.sum() == len(found.rows)
    assert len(found.counts) == len(shards.shards)


def test_counts_are_those_of_the_kept_items_of_each_shard():
    found = shard_items(made(["a", "b", "b", "a", "c", "b", "c"]), max_speakers=1)
    assert (found.rows.tolist(), found.counts.tolist()) == ([1, 2, 5], [2, 1, 0])
    assert found.items.classes == ["b"]


def test_unlabelled_utterances_are_kept_on_demand():
    shards = made(["a", "-", "b"])
    assert classes_of(shard_items(shards)) == {"u0": "a", "u2": "b"}
    found = shard_items(shards, unlabelled=True)
    assert (found.items.labels.tolist(), found.items.classes) == ([0, -1, 1], ["a", "b"])
    with pytest.raises(InputError, match="no utterance of a known speaker"):
        shard_items(made(["-"]))


def test_items_that_the_teacher_lacks_go_with_their_class():
    shards = made(["a", "b", "c"])
    found = items_with_teacher(shard_items(shards), shards, {"u0", "u2"})
    assert (list(found.items.utts), found.items.labels.tolist()) == (["u0", "u2"], [0, 1])
    assert (found.items.classes, found.counts.tolist()) == (["a", "c"], [2])
    with pytest.raises(
        InputError, match="the teacher has none of the 3 training items, the first being 'u0'"
    ):
        items_with_teacher(shard_items(shards), shards, set())
