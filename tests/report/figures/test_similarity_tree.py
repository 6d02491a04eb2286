import numpy as np
import pytest

from kowairo.report.figures.similarity_tree import similarity_tree


def test_the_most_alike_stand_side_by_side_and_are_joined_lowest():
    cosines = np.array([[1.0, 0.1, 0.9], [0.1, 1.0, 0.2], [0.9, 0.2, 1.0]])
    tree = similarity_tree(cosines)
    assert abs(list(tree.order).index(0) - list(tree.order).index(2)) == 1
    heights = sorted(tree.branches[:, 1, 1].tolist())
    # 0 and 2 at 1 - 0.9; their mean cosine with 1 is 0.15.
    assert heights == pytest.approx([0.1, 0.85])


def test_places_of_the_leaves_are_the_numbers_of_the_characters():
    rng = np.random.default_rng(0)
    unit = rng.normal(size=(9, 4))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    tree = similarity_tree(unit @ unit.T)
    assert sorted(tree.order.tolist()) == list(range(9))
    feet = tree.branches[:, [0, 3]].reshape(-1, 2)
    assert sorted(feet[feet[:, 1] == 0, 0].tolist()) == list(range(9))


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_have_no_branches(count):
    tree = similarity_tree(np.ones((count, count)))
    assert tree.order.tolist() == list(range(count))
    assert tree.branches.shape == (0, 4, 2)
