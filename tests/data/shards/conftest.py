"""A small corpus with tables, and its shards."""

import pytest

from kowairo.core import Corpus, CorpusTables
from kowairo.data.shards import write_shards
from kowairo.testing.tones import write_tone_corpus


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """3 speakers of 4 lines with a text each; one id holds a dot and a slash."""
    root = tmp_path_factory.mktemp("shards") / "corpus"
    tones = write_tone_corpus(root, 3, 4, 0, min_s=0.6, max_s=0.9)
    new = {utt: "odd/name.wav-ア" if utt == tones.utts[5] else utt for utt in tones.utts}
    named = {name: {new[u]: v for u, v in table.items()} for name, table in tones.utt_tables.items()}
    audio = {new[utt]: ref for utt, ref in tones.audio.items()}
    utt2spk = {new[utt]: speaker for utt, speaker in tones.utt2spk.items()}
    Corpus(audio, utt2spk, named, tones.spk_tables).write(root)
    return root


@pytest.fixture(scope="session")
def shards(folder):
    """The corpus in shards of some 40 kB."""
    return write_shards(CorpusTables(folder), folder.parent / "shards", shard_mb=0.04, seed=1, threads=1)
