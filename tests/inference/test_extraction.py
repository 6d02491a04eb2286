import threading

import numpy as np
import pytest
import torch

from kowairo.data import AudioError
from kowairo.inference import CropPlan, extraction
from kowairo.inference.embedding_source import EmbeddingSource
from kowairo.inference.extraction import Extraction
from kowairo.testing import TinyEncoder


class Lines(EmbeddingSource):
    """Noise of several lengths; "bad" cannot be read. Remembers the most lines that were read and waiting."""

    utts = [f"u{i}" for i in range(30)]

    def __init__(self, embedded):
        self.embedded, self.read, self.most_waiting, self.lock = embedded, 0, 0, threading.Lock()

    def samples(self, utt, *, sample_rate_hz):
        if utt == "bad":
            raise AudioError("silent", "nothing but zeros", utt)
        with self.lock:
            self.read += 1
            self.most_waiting = max(self.most_waiting, self.read - len(self.embedded))
        length = 4000 + 700 * (int(utt[1:]) % 5)
        return np.random.default_rng(int(utt[1:])).normal(0, 0.1, length).astype(np.float32)

    def hashes(self, utt, samples, *, sample_rate_hz):
        raise AssertionError

    def marks(self):
        raise AssertionError


@pytest.fixture
def encoder():
    return TinyEncoder().eval().for_inference(torch.float32)


def _part(lines, encoder, utts, **options):
    with Extraction(lines, encoder, **options) as work:
        return work.embed_part(utts, vector_shape=(16,))


def test_vectors_are_in_the_order_of_the_lines_and_bad_ones_are_listed(encoder):
    lines = Lines([])
    part = _part(lines, encoder, ["u3", "bad", "u1"], workers=3)
    alone = encoder(torch.from_numpy(lines.samples("u1", sample_rate_hz=16000))[None])[0].numpy()
    assert part.utts == ["u3", "u1"]
    np.testing.assert_array_equal(part.vectors[1], alone)
    assert [(one.utt, one.reason) for one in part.skipped] == [("bad", "silent")]


def test_only_some_lines_are_decoded_ahead(encoder, monkeypatch):
    embedded = []
    original = extraction.embed_samples

    def counted(*arguments, **options):
        vector = original(*arguments, **options)
        embedded.append(options["name"])
        return vector

    monkeypatch.setattr(extraction, "embed_samples", counted)
    lines = Lines(embedded)
    part = _part(lines, encoder, Lines.utts, workers=2)
    assert len(part.utts) == len(Lines.utts)
    assert lines.most_waiting <= 2 * 4 + 1


@pytest.mark.parametrize("plan", [None, CropPlan(3, 0.5)])
def test_together_gives_the_same_vectors_as_one_by_one(encoder, monkeypatch, plan):
    utts = ["u0", "u1", "bad", "u2", "u3"]
    alone = _part(Lines([]), encoder, utts, crops=plan)
    monkeypatch.setattr(extraction, "_TOGETHER_S", 0.6)  # two lines fill a batch
    monkeypatch.setattr(extraction, "device_of", lambda encoder: torch.device("cuda"))
    together = _part(Lines([]), encoder, utts, crops=plan)
    assert together.utts == alone.utts
    assert together.skipped == alone.skipped
    np.testing.assert_allclose(together.vectors, alone.vectors, rtol=1e-5, atol=1e-6)


def test_the_number_of_torch_threads_is_left_as_it_was(encoder):
    before = torch.get_num_threads()
    _part(Lines([]), encoder, ["u0"])
    assert torch.get_num_threads() == before
