import torch

from kowairo.losses.prototypes import group_rows, queries_and_prototypes


def test_groups_of_four_rows():
    rows = torch.tensor([[1.0], [2.0], [3.0], [10.0]])
    group, sums, sizes = group_rows(rows, torch.tensor([9, 4, 9, 6]))
    assert group.tolist() == [2, 0, 2, 1]
    assert sums.squeeze(1).tolist() == [2.0, 10.0, 4.0]
    assert sizes.tolist() == [1, 1, 2]


def test_the_first_row_of_a_speaker_is_the_query_and_the_others_make_the_prototype():
    rows = torch.tensor([[1.0, 0.0], [5.0, 5.0], [2.0, 2.0], [4.0, 0.0], [7.0, 1.0], [9.0, 9.0]])
    queries, prototypes = queries_and_prototypes(rows, torch.tensor([3, 1, 3, 3, 1, 0]))
    assert queries.tolist() == [[5.0, 5.0], [1.0, 0.0]]
    assert prototypes.tolist() == [[7.0, 1.0], [3.0, 1.0]]


def test_speakers_with_one_row_give_nothing():
    queries, prototypes = queries_and_prototypes(torch.ones(3, 2), torch.arange(3))
    assert queries.shape == prototypes.shape == (0, 2)
