import numpy as np

from kowairo.training.seeds import item_rng, item_seed


def test_a_seed_is_the_same_in_every_process():
    assert item_seed(1, 2, "utt", position=3) == 1436724533459631943  # written down once; must never change


def test_every_part_of_the_key_changes_the_seed():
    keys = [(0, 0, "a", 0), (1, 0, "a", 0), (0, 1, "a", 0), (0, 0, "b", 0), (0, 0, "a", 1), (0, 11, "", 0)]
    assert len({item_seed(s, e, u, position=p) for s, e, u, p in keys}) == len(keys)


def test_seeds_fit_a_signed_tensor():
    assert all(0 <= item_seed(0, 0, str(n)) < 2**63 for n in range(1000))


def test_draws_of_neighbouring_items_are_independent():
    first = np.array([item_rng(item_seed(0, 0, str(n))).random() for n in range(2000)])
    assert abs(first.mean() - 0.5) < 0.03  # 4 standard errors
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.09
