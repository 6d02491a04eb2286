import numpy as np
import pytest

from kowairo.scoring import LDA, MeanSubtraction, PlainCosine
from kowairo.testing.scoring import check_backend


@pytest.mark.parametrize("backend", [PlainCosine(), MeanSubtraction(), LDA(), LDA(num_dims=2, shrinkage=0.1)])
def test_backends_keep_their_contract(backend):
    check_backend(backend)


def test_a_backend_scores_by_the_cosine_of_what_it_transforms():
    backend = MeanSubtraction().fit([[1.0, 0.0], [1.0, 2.0]], ["a", "b"])
    assert backend.score([[2.0, 1.0]], [[1.0, 2.0]]) == pytest.approx([0.0])
    assert np.array_equal(backend.mean_, [1.0, 1.0])
