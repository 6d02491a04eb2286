import pytest

from kowairo.core import InputError
from kowairo.inference.gallery import AcceptanceRule, Candidate, Identification
from kowairo.inference.gallery.identification import identify


def candidates(*scores):
    return [Candidate(f"v{place}", score, 1) for place, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ((0.8, 0.5), "identified"),
        ((0.7, 0.5), "identified"),
        ((0.69, 0.1), "below_threshold"),
        ((0.8, 0.75), "ambiguous"),
        ((0.8,), "identified"),
        ((), "below_threshold"),
    ],
)
def test_the_best_is_accepted_above_the_threshold_and_far_from_the_second(scores, verdict):
    assert AcceptanceRule(0.7, 0.1).judge(candidates(*scores)) == verdict


def test_the_second_voice_counts_though_it_is_not_shown():
    found = identify(candidates(0.8, 0.79), AcceptanceRule(0.5, 0.1), count=1)
    assert (found.voice, found.verdict, len(found.candidates)) == (None, "ambiguous", 1)


@pytest.mark.parametrize(
    ("values", "message"), [((1.1,), "threshold is a cosine"), ((0.5, -0.1), "margin is a difference")]
)
def test_rules_without_meaning_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        AcceptanceRule(*values)


def test_plain_values_are_those_that_a_file_can_hold():
    found = Identification((Candidate("葵", 0.123456789, 2),), "identified")
    assert found.as_json() == {
        "voice": "葵",
        "verdict": "identified",
        "candidates": [{"voice": "葵", "score": 0.123457, "num_references": 2}],
    }
