import numpy as np
import pytest
import soundfile

from kowairo.core import InputError
from kowairo.inference import SpeakerEmbedder
from kowairo.inference.similarity import group_mean, measure_similarity
from kowairo.inference.similarity_pairs import SimilarityPair

RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
POINT = {"threshold": 0.5, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""}
CARD = {
    "calibration": {"kind": "LogisticCalibrator", "scale": 8.0, "offset": -2.0},
    "operating_points": {"scores": "cosine", "points": {"eer": POINT}, "unsupported": {}},
}


@pytest.fixture(scope="module")
def embedder(checkpoint):
    made = SpeakerEmbedder.from_pretrained(checkpoint)
    made.card = CARD
    return made


@pytest.fixture(scope="module")
def paths(corpus):
    return [corpus.audio[utt].path for utt in corpus.utts]


@pytest.fixture
def silence(tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(16000), 16000)
    return tmp_path / "silence.wav"


def test_a_pair_is_compared_by_its_cosine_and_ratio(embedder, paths):
    report = measure_similarity(embedder, [SimilarityPair(paths[0], (paths[1],), "s")])
    expected = float(embedder.embed(paths[0]).vector @ embedder.embed(paths[1]).vector)
    (score,) = report.scores
    assert score.cosine == pytest.approx(expected, abs=1e-6)
    assert score.llr == pytest.approx(8.0 * expected - 2.0, abs=1e-4)
    assert score.same is (expected >= 0.5)
    assert report.cosine.value == report.cosine.low == report.cosine.high == pytest.approx(expected)


def test_several_real_recordings_are_joined(embedder, paths):
    report = measure_similarity(embedder, [SimilarityPair(paths[0], tuple(paths[1:4]), "s")])
    mean = np.mean([embedder.embed(path).vector for path in paths[1:4]], axis=0)
    expected = mean @ embedder.embed(paths[0]).vector / np.linalg.norm(mean)
    assert report.scores[0].cosine == pytest.approx(float(expected), abs=1e-6)


def test_a_recording_is_embedded_once_however_often_it_is_named(embedder, paths, monkeypatch):
    seen = []
    each = embedder.embed_each
    monkeypatch.setattr(embedder, "embed_each", lambda files, workers: each(seen.extend(files) or files))
    measure_similarity(embedder, [SimilarityPair(path, (paths[0],), path.name) for path in paths[1:4]])
    assert len(seen) == 4


def test_pairs_that_mean_nothing_are_counted_and_left_out(embedder, paths, silence, tmp_path):
    pairs = [
        SimilarityPair(paths[0], (paths[1],), "a"),
        SimilarityPair(silence, (paths[1],), "b"),
        SimilarityPair(paths[2], (tmp_path / "absent.wav",), "c"),
    ]
    report = measure_similarity(embedder, pairs)
    assert report.reasons == {"missing": 1, "silent": 1}
    assert list(report.refused) == [silence, paths[2]]
    assert report.as_json()["pairs"] == 1


def test_a_pair_goes_on_with_the_real_recordings_that_are_usable(embedder, paths, silence):
    report = measure_similarity(embedder, [SimilarityPair(paths[0], (silence, paths[1]), "a")])
    alone = measure_similarity(embedder, [SimilarityPair(paths[0], (paths[1],), "a")])
    assert report.scores[0].cosine == alone.scores[0].cosine


def test_where_nothing_can_be_compared_it_says_why(embedder, silence, paths):
    with pytest.raises(InputError, match=r"none of 1 pairs could be compared; the first: .*silent"):
        measure_similarity(embedder, [SimilarityPair(silence, (paths[0],), "a")])
    with pytest.raises(InputError, match="none of 0 pairs"):
        measure_similarity(embedder, [])


def test_without_a_card_there_are_cosines_alone(checkpoint, paths):
    bare = SpeakerEmbedder.from_pretrained(checkpoint)
    report = measure_similarity(bare, [SimilarityPair(paths[0], (paths[1],), "a")])
    assert (report.llr, report.same, report.point) == (None, None, "")
    assert report.as_json()["llr"] is None


def test_the_mean_is_that_of_all_values_and_its_interval_is_drawn_from_groups():
    values, groups = [1.0, 1.0, 1.0, 5.0], ["a", "a", "a", "b"]
    mean = group_mean(values, groups)
    assert mean.value == 2.0
    # Drawn twice the same group: means of 1 and of 5.
    assert (mean.low, mean.high) == (1.0, 5.0)


def test_the_interval_of_many_groups_is_that_of_the_normal_law():
    values = np.random.default_rng(0).standard_normal(400)
    mean = group_mean(values, [str(i) for i in range(400)])
    expected = 1.96 * values.std() / 20.0
    assert mean.high - mean.value == pytest.approx(expected, rel=0.1)
    assert mean.value - mean.low == pytest.approx(expected, rel=0.1)


def test_equal_seeds_give_equal_intervals():
    values, groups = np.arange(20.0), [str(i % 7) for i in range(20)]
    assert group_mean(values, groups, seed=3) == group_mean(values, groups, seed=3)
