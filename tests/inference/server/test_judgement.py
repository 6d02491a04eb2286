import pytest

from kowairo.core import InputError
from kowairo.inference import verify
from kowairo.inference.server.judgement import Judge


def test_it_says_what_verify_says(embedder, upload):
    first, second = upload(1, seed=1), upload(1, seed=2)
    verdict = verify(embedder, [first.recording], second.recording)
    judged = Judge(embedder.card).judge(verdict.cosine)
    for name in ("same", "cosine", "llr", "probability", "threshold", "far", "frr"):
        assert getattr(judged, name) == getattr(verdict, name)
    assert judged.operating_point == verdict.point


def test_the_threshold_itself_is_one_voice(card):
    judge = Judge(card)
    assert [judge.judge(cosine).same for cosine in (0.9989, 0.999, 1.0)] == [False, True, True]


def test_without_thresholds_and_calibration_there_is_a_cosine_only():
    judged = Judge({}).judge(0.5)
    assert (judged.same, judged.threshold, judged.llr, judged.probability, judged.cosine) == (
        *[None] * 4,
        0.5,
    )
    assert Judge({}).as_json() == {"scale": None, "offset": None, "threshold": None}


def test_an_unknown_point_is_refused(card):
    with pytest.raises(InputError, match=r"far_0\.001"):
        Judge(card, point="far_0.001")


def test_what_is_no_cosine_is_refused(card):
    for wrong in (1.5, float("nan")):
        with pytest.raises(InputError, match="cosine"):
            Judge(card).judge(wrong)
    assert Judge(card).judge(1.0 + 1e-6).cosine == 1.0
