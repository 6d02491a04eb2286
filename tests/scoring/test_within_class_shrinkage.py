import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.two_covariance import SpeakerStatistics, estimate_two_covariance
from kowairo.scoring.within_class_shrinkage import WithinClassShrinkage
from kowairo.testing.scoring import check_backend, toy_speakers


@pytest.mark.parametrize(
    "backend", [WithinClassShrinkage(), WithinClassShrinkage(num_iterations=3, initialization="identity")]
)
def test_within_class_shrinkage_keeps_the_contract_of_back_ends(backend):
    check_backend(backend)


def test_hand_worked_speakers_in_one_dimension():
    # Speakers at -2 and 2, utterances 1 to either side: W = 2 (4 / (4 - 2)), B = 4 - W / 2 = 3, m = 0.
    shrinkage = WithinClassShrinkage(num_iterations=500).fit(
        [[-3.0], [-1.0], [1.0], [3.0]], ["a", "a", "b", "b"]
    )
    assert shrinkage.transform([[5.0]]) == pytest.approx(np.array([[3.0]]), rel=1e-4)


def test_the_map_is_between_over_total_around_the_mean():
    vectors, speakers = toy_speakers(dim=4, spread=0.8)
    model, _ = estimate_two_covariance(
        SpeakerStatistics.of(vectors, speakers), num_iterations=10, initialization="scatter"
    )
    filter_ = model.between @ np.linalg.inv(model.between + model.within)
    naive = [model.mean + filter_ @ (x - model.mean) for x in vectors]
    assert WithinClassShrinkage().fit(vectors, speakers).transform(vectors) == pytest.approx(np.array(naive))


def test_embeddings_come_closer_to_the_true_centre_of_unseen_speakers():
    rng = np.random.default_rng(1)
    scale = np.array([2.0, 1.0, 0.5, 0.2])
    centres = rng.normal(size=(200, 4)) * scale
    vectors = np.repeat(centres, 5, axis=0) + rng.normal(size=(1000, 4))
    shrinkage = WithinClassShrinkage().fit(vectors[:500], [str(i // 5) for i in range(500)])
    before = ((vectors[500:] - np.repeat(centres[100:], 5, axis=0)) ** 2).mean()
    after = ((shrinkage.transform(vectors[500:]) - np.repeat(centres[100:], 5, axis=0)) ** 2).mean()
    assert after < 0.6 * before


def test_speakers_without_variation_are_left_alone():
    vectors, speakers = toy_speakers(dim=3, num_speakers=30, spread=1e-3)
    assert WithinClassShrinkage().fit(vectors, speakers).transform(vectors) == pytest.approx(
        vectors, abs=1e-4
    )


def test_bad_parameters_of_within_class_shrinkage_are_refused():
    with pytest.raises(InputError, match="at least 1"):
        WithinClassShrinkage(num_iterations=0).fit(*toy_speakers())
