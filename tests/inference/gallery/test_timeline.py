from itertools import product

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference import SpeakerEmbedder
from kowairo.inference.gallery import Gallery, GalleryEncoder
from kowairo.inference.gallery.enrollment import VoiceLine, enroll
from kowairo.inference.gallery.timeline import best_path, speaker_timeline
from kowairo.models import build_encoder, save_checkpoint
from kowairo.testing.tones import tone_voice, write_tone_corpus

RATE_HZ = 16000


def long_line(voice, seconds, seed):
    return tone_voice(voice, seconds, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A gallery of two voices by statistics of cepstra, and its encoder."""
    root = tmp_path_factory.mktemp("timeline")
    config = {"class_path": "kowairo.models.MfccStatistics"}
    save_checkpoint(build_encoder(config), root / "mfcc", config=config)
    embedder = SpeakerEmbedder.from_pretrained(root / "mfcc")
    corpus = write_tone_corpus(root / "lines", 2, 4, 0, min_s=2.0, max_s=2.5)
    encoder = GalleryEncoder("mfcc", embedder.digest, embedder.encoder.embedding_dim)
    gallery = Gallery.create(root / "gallery", encoder)
    names = {"s00": "葵", "s01": "Zoë"}
    enroll(
        gallery,
        [VoiceLine(names[corpus.utt2spk[u]], corpus.audio[u]) for u in corpus.utts],
        embedder,
        workers=1,
    )
    return gallery, embedder


@pytest.mark.parametrize("seed", range(4))
def test_the_best_path_is_that_of_trying_all(seed):
    rng = np.random.default_rng(seed)
    scores, cost = rng.uniform(-1, 1, (6, 3)), float(rng.uniform(0, 1))

    def value(path):
        return sum(scores[row, one] for row, one in enumerate(path)) - cost * np.count_nonzero(np.diff(path))

    best = max(product(range(3), repeat=6), key=value)
    assert best_path(scores, switch_cost=cost).tolist() == list(best)


def test_without_a_cost_each_window_is_judged_alone():
    scores = np.random.default_rng(0).uniform(-1, 1, (50, 4))
    np.testing.assert_array_equal(best_path(scores, switch_cost=0.0), scores.argmax(axis=1))


def test_turns_of_two_voices_are_found_to_half_a_window(known):
    samples = np.concatenate([long_line(0, 8, 1), long_line(1, 8, 2), long_line(0, 6, 3)])
    found = speaker_timeline(*known, (samples, RATE_HZ), threshold=None, switch_cost=0.001)
    assert [span.voice for span in found.spans] == ["葵", "Zoë", "葵"]
    assert [span.start_s for span in found.spans] == pytest.approx([0.0, 8.0, 16.0], abs=1.0)
    assert found.spans[-1].end_s == pytest.approx(22.0) == found.end_s


def test_pauses_belong_to_nobody_and_spans_do_not_overlap(known):
    pause = np.zeros(6 * RATE_HZ, dtype=np.float32)
    samples = np.concatenate([long_line(0, 5, 1), pause, long_line(0, 5, 2)])
    found = speaker_timeline(*known, (samples, RATE_HZ), threshold=None)
    assert [span.voice for span in found.spans] == ["葵", "葵"]
    # The sound of the windows beside the pause says where it begins and ends.
    assert found.spans[0].end_s == pytest.approx(5.0, abs=0.5)
    assert found.spans[1].start_s == pytest.approx(11.0, abs=0.5)


def test_a_threshold_that_nobody_passes_leaves_everybody_unknown(known):
    found = speaker_timeline(*known, (long_line(0, 5, 1), RATE_HZ), threshold=1.0)
    (span,) = found.spans
    assert span.voice is None
    assert span.score == pytest.approx(found.best.mean())


def test_silence_has_no_spans(known):
    found = speaker_timeline(*known, (np.zeros(5 * RATE_HZ, dtype=np.float32), RATE_HZ), threshold=None)
    assert found.spans == []
    assert found.end_s == 0.0


def test_numbers_out_of_range_and_other_encoders_are_refused(known, tmp_path, encoder):
    with pytest.raises(InputError, match="expected 0 < hop <= window"):
        speaker_timeline(*known, "x.wav", threshold=None, hop_s=3.0)
    other = Gallery.create(tmp_path / "other", encoder)
    with pytest.raises(InputError, match="embed with that one"):
        speaker_timeline(other, known[1], "x.wav", threshold=None)
