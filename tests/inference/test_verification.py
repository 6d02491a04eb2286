import dataclasses
import json

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference import QualityError, SpeakerEmbedder
from kowairo.inference.verification import verify

RATE = {"value": 0.05, "low": 0.03, "high": 0.08}
POINTS = {
    name: {"threshold": threshold, "far": RATE, "frr": RATE, "trials": "dev/trials", "warning": ""}
    for name, threshold in (("eer", 0.0), ("far_0.01", 2.0))
}
CARD = {
    "calibration": {"kind": "LogisticCalibrator", "scale": 8.0, "offset": -2.0},
    "operating_points": {"scores": "cosine", "points": POINTS, "unsupported": {}},
}


@pytest.fixture(scope="module")
def embedder(checkpoint):
    made = SpeakerEmbedder.from_pretrained(checkpoint)
    made.card = CARD
    return made


@pytest.fixture(scope="module")
def lines(corpus):
    return [corpus.audio[utt] for utt in corpus.utts]


def test_two_recordings_are_compared_by_their_cosine(embedder, lines):
    verdict = verify(embedder, [lines[0]], lines[1])
    expected = float(embedder.embed(lines[0]).vector @ embedder.embed(lines[1]).vector)
    assert verdict.cosine == pytest.approx(expected, abs=1e-6)
    assert verdict.llr == pytest.approx(8.0 * expected - 2.0, abs=1e-4)
    assert verdict.probability == pytest.approx(1.0 / (1.0 + np.exp(-verdict.llr)))
    assert (verdict.point, verdict.threshold, verdict.same) == ("eer", 0.0, expected >= 0.0)


def test_a_recording_is_its_own_voice(embedder, lines):
    assert verify(embedder, [lines[0]], lines[0]).cosine == pytest.approx(1.0, abs=1e-6)


def test_several_recordings_of_the_known_voice_are_joined(embedder, lines):
    verdict = verify(embedder, lines[:3], lines[3])
    mean = np.mean([embedder.embed(line).vector for line in lines[:3]], axis=0)
    expected = mean @ embedder.embed(lines[3]).vector / np.linalg.norm(mean)
    assert verdict.cosine == pytest.approx(float(expected), abs=1e-6)
    assert len(verdict.enrolled) == 3


def test_another_operating_point_decides_otherwise(embedder, lines):
    verdict = verify(embedder, [lines[0]], lines[0], point="far_0.01")
    assert (verdict.threshold, verdict.same) == (2.0, False)


def test_a_threshold_may_be_given_in_its_place(embedder, lines):
    verdict = verify(embedder, [lines[0]], lines[0], threshold=0.9)
    assert (verdict.point, verdict.far, verdict.same) == ("", None, True)
    with pytest.raises(InputError, match="got both"):
        verify(embedder, [lines[0]], lines[0], threshold=0.9, point="eer")


def test_the_prior_moves_the_probability_and_nothing_else(embedder, lines):
    rare, even = (verify(embedder, [lines[0]], lines[1], prior=prior) for prior in (0.01, 0.5))
    assert rare.probability < even.probability
    assert (rare.llr, rare.same) == (even.llr, even.same)


def test_without_a_card_there_is_a_cosine_and_no_verdict(checkpoint, lines):
    verdict = verify(SpeakerEmbedder.from_pretrained(checkpoint), [lines[0]], lines[1])
    assert (verdict.same, verdict.llr, verdict.probability, verdict.threshold) == (None, None, None, None)


@pytest.mark.parametrize("side", ["enrolled", "tested"])
def test_a_recording_below_the_bar_gets_no_number(embedder, lines, side):
    silence = (np.zeros(16000), 16000)
    enrolled, tested = ([silence], lines[0]) if side == "enrolled" else ([lines[0]], silence)
    with pytest.raises(QualityError, match="silent"):
        verify(embedder, enrolled, tested)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"point": "far_0.5"}, "operating point 'far_0.5'"), ({"prior": 1.0}, "expected a prior")],
)
def test_wrong_wishes_are_refused_before_the_work(embedder, options, message):
    with pytest.raises(InputError, match=message):
        verify(embedder, ["absent.wav"], "absent.wav", **options)


def test_nothing_enrolled_is_refused(embedder, lines):
    with pytest.raises(InputError, match="at least one recording"):
        verify(embedder, [], lines[0])


def test_a_verdict_becomes_plain_values(embedder, lines):
    verdict = verify(embedder, [lines[0]], lines[1])
    plain = json.loads(json.dumps(verdict.as_json()))
    assert plain["operating_point"] == "eer"
    assert plain["far"] == RATE
    assert plain["tested"]["source"] == str(lines[1])
    assert plain["enrolled"][0]["notes"] == list(verdict.enrolled[0].quality.notes)
    assert dataclasses.replace(verdict, point="", far=None).as_json()["operating_point"] is None
