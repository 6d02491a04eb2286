"""A small corpus of tone voices, split as the recipe splits, and an encoder that trains on it in a second."""

import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from kowairo.core import Corpus, CorpusTables, Trials, write_trials
from kowairo.data import AudioStore
from kowairo.data.shards import ShardSet, write_shards
from kowairo.testing.tones import write_tone_corpus


@pytest.fixture(scope="session")
def tiny_encoder():
    return {
        "class_path": "kowairo.models.EcapaGroupNorm",
        "init_args": {
            "channels": [8, 8, 8, 8, 16],
            "attention_channels": 4,
            "res2net_scale": 2,
            "se_channels": 4,
            "embedding_dim": 8,
            "num_groups": 2,
            "front_end": {"class_path": "kowairo.models.NormalizedFbank"},
        },
    }


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory) -> Path:
    """8 training speakers of 6 lines (5 for training, 1 closed) and 4 validation speakers with trials."""
    root = tmp_path_factory.mktemp("tones")
    corpus = write_tone_corpus(root / "all", 12, 6, 3, min_s=0.6, max_s=1.0)
    train = [utt for utt in corpus.utts if corpus.utt2spk[utt] < "s08"]
    closed = [utt for utt in train if utt.endswith("5")]
    valid = [utt for utt in corpus.utts if corpus.utt2spk[utt] >= "s08"]
    named = _with_names(corpus)
    named.subset(set(train) - set(closed)).write(root / "train")
    named.subset(closed).write(root / "closed")
    named.subset(valid).write(root / "valid")
    write_trials(root / "valid" / "trials", _all_pairs(valid, corpus.utt2spk))
    return root


@pytest.fixture(scope="session")
def store(data_folder) -> AudioStore:
    corpus = Corpus.read(data_folder / "all")
    return AudioStore.build(corpus, data_folder / "store", speeds=(1.0, 0.9), threads=1)


def _with_names(corpus: Corpus) -> Corpus:
    """s01 is s00 again, in another title; s03 shares s02's name within one title."""
    name = {speaker: speaker for speaker in corpus.speakers} | {"s01": "s00", "s03": "s02"}
    title = dict.fromkeys(corpus.speakers, "t0") | {"s01": "t1"}
    tables = {**corpus.spk_tables, "spk2name": name, "spk2title": title}
    return Corpus(corpus.audio, corpus.utt2spk, corpus.utt_tables, tables)


def _all_pairs(utts: list[str], utt2spk: dict[str, str]) -> Trials:
    pairs = [(a, b) for i, a in enumerate(utts) for b in utts[i + 1 :]]
    target = np.array([utt2spk[a] == utt2spk[b] for a, b in pairs])
    return Trials([a for a, _ in pairs], [b for _, b in pairs], target)


@pytest.fixture(scope="session")
def shards(data_folder) -> ShardSet:
    """The training set in shards of a few lines."""
    corpus = CorpusTables(data_folder / "train")
    return write_shards(corpus, data_folder / "shards", shard_mb=0.1, seed=0, threads=1)


@pytest.fixture(scope="session")
def disk_for():
    """Stands for a full disk: no file grows beyond a size."""

    @contextmanager
    def limit(size):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limit


@pytest.fixture(scope="session")
def start_group():
    """Start a task of group_worker.py in a number of processes."""
    worker = Path(__file__).with_name("group_worker.py")
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}

    def start(task, processes, folder):
        command = [sys.executable, str(worker), task, str(processes), str(folder)]
        return subprocess.Popen(
            command, env=one_thread, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    return start


@pytest.fixture(scope="session")
def outcome(start_group):
    """Status and messages of a task of group_worker.py in a number of processes."""

    def run(task, processes, folder):
        process = start_group(task, processes, folder)
        try:
            _, errors = process.communicate(timeout=300)
        finally:
            process.kill()
        return process.returncode, errors

    return run
