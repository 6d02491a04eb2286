import numpy as np
import pytest

from kowairo.core import Corpus, InputError
from kowairo.data import AudioError, read_audio
from kowairo.data.shards import ShardReader
from kowairo.training.shard_audio import ShardAudio


def test_utterances_sound_as_their_files(shards, data_folder):
    corpus, source = Corpus.read(data_folder / "train"), ShardAudio(shards)
    for utt in corpus.utts[::5]:
        assert utt in source
        np.testing.assert_array_equal(source.samples(utt), read_audio(corpus.audio[utt]))


def test_what_is_held_is_not_read_again(shards):
    source = ShardAudio(shards)
    first, second = shards.utts[0], shards.utts[1]
    other = ShardReader(shards).read(5)
    with source.holding({first: (0, other), second: (1, None)}):
        np.testing.assert_array_equal(source.samples(first), ShardAudio(shards).samples(shards.utts[5]))
        np.testing.assert_array_equal(source.samples(second), ShardAudio(shards).samples(second))
    np.testing.assert_array_equal(source.samples(first), ShardAudio(shards).samples(first))


def test_an_unknown_utterance_is_refused(shards):
    assert "nobody" not in ShardAudio(shards)
    with pytest.raises(InputError, match="no utterance 'nobody'"):
        ShardAudio(shards).samples("nobody")


def test_audio_that_does_not_decode_names_shard_and_utterance(shards):
    source = ShardAudio(shards)
    with (
        source.holding({shards.utts[0]: (0, b"no audio")}),
        pytest.raises(AudioError, match=rf"shards-000000.tar#{shards.utts[0]}: undecodable"),
    ):
        source.samples(shards.utts[0])
