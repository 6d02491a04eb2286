import numpy as np

from kowairo.core import Corpus, Speaker
from kowairo.data import hash_audio, record_training
from kowairo.data.shards import ShardSet
from kowairo.data.shards.record_shards import record_shards


def test_shards_have_the_record_of_their_corpus(shards, folder):
    corpus = Corpus.read(folder)
    record, expected = record_shards(shards), record_training([corpus])
    assert record.samples.tolist() == expected.samples.tolist()
    assert record.speakers == [Speaker("", speaker) for speaker in corpus.speakers]
    assert all(record.has_audio(hashes) for _, hashes in hash_audio(corpus.audio.items()))


def test_what_cannot_be_read_is_left_out(shards, tmp_path):
    moved = ShardSet(
        folder=shards.folder,
        base=shards.base,
        shards=shards.shards,
        utts=shards.utts,
        labels=shards.labels,
        speakers=shards.speakers,
        places=np.add(shards.places, [10**9, 0]),
    )
    record = record_shards(moved)
    assert (record.num_utterances, record.num_speakers) == (0, len(shards.speakers))
