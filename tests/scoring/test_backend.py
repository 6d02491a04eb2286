import json

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring import LDA, MeanSubtraction, PlainCosine, cosine_scores
from kowairo.scoring.backend import group_means, load_backend, paired_products
from kowairo.testing.scoring import check_backend


class Doubling(PlainCosine):
    """A plug-in's back-end with a parameter and a learned array."""

    learned = ("scale_",)

    def __init__(self, *, factor=2.0):
        self.factor = factor

    def check_parameters(self):
        if self.factor <= 0:
            raise InputError(f"expected a factor above 0, got {self.factor}")

    def fit(self, vectors, speakers=()):
        self.scale_ = np.full(1, self.factor)
        return self


def _vectors(rows=12, dim=4):
    return np.random.default_rng(0).normal(size=(rows, dim))


@pytest.mark.parametrize("backend", [PlainCosine(), MeanSubtraction(), LDA(), LDA(num_dims=2, shrinkage=0.1)])
def test_backends_keep_their_contract(backend):
    check_backend(backend)


def test_a_backend_scores_by_the_cosine_of_what_it_transforms():
    backend = MeanSubtraction().fit([[1.0, 0.0], [1.0, 2.0]], ["a", "b"])
    assert backend.score([[2.0, 1.0]], [[1.0, 2.0]]) == pytest.approx([0.0])
    assert np.array_equal(backend.mean_, [1.0, 1.0])


def test_pairs_of_rows_score_as_the_rows_beside_each_other():
    vectors, rng = _vectors(), np.random.default_rng(1)
    backend = MeanSubtraction().fit(vectors)
    enroll, test = rng.integers(12, size=(2, 10_000))  # more than two blocks
    expected = cosine_scores(backend.transform(vectors[enroll]), backend.transform(vectors[test]))
    assert backend.score_pairs(vectors, enroll, test) == pytest.approx(expected, abs=1e-6)
    assert backend.score(vectors[enroll], vectors[test]) == pytest.approx(expected, abs=1e-6)
    with pytest.raises(InputError, match="of one shape"):
        backend.score(vectors, vectors[:3])


def test_a_model_is_the_direction_of_the_mean_of_unit_vectors():
    backend = PlainCosine()
    prepared = backend.prepare([[3.0, 0.0], [0.0, 0.1], [1.0, 1.0]])
    models = backend.enroll(prepared, [np.array([0, 1]), np.array([0])])
    assert models == pytest.approx(np.array([[np.sqrt(0.5), np.sqrt(0.5)], [1.0, 0.0]]))
    scores = backend.score_models(models, prepared, np.array([0, 1]), np.array([2, 2]))
    assert scores == pytest.approx([1.0, np.sqrt(0.5)])


def test_a_model_of_no_utterance_or_of_opposite_ones_is_refused():
    prepared = PlainCosine().prepare([[1.0, 0.0], [-1.0, 0.0]])
    with pytest.raises(InputError, match="model 1 has none"):
        group_means(prepared, [np.array([0]), np.array([], dtype=int)])
    with pytest.raises(InputError, match="all-zero"):
        PlainCosine().enroll(prepared, [np.array([0, 1])])


def test_products_of_chosen_rows_equal_a_naive_loop():
    left, right = _vectors(5), _vectors(7)
    rows = np.random.default_rng(2).integers(5, size=(2, 9000))
    naive = [left[i] @ right[j] for i, j in rows.T]
    assert paired_products(left, right, *rows) == pytest.approx(naive, abs=1e-5)
    with pytest.raises(InputError, match=r"rows of models in 0\.\.4, got 5"):
        paired_products(left, right, rows[0] + 1, rows[1])
    with pytest.raises(InputError, match="rows of tests of at least 0"):
        paired_products(left, right, rows[0], rows[1] - 5)
    with pytest.raises(InputError, match="test_rows"):
        paired_products(left, right, rows[0], rows[1] + 3)


@pytest.mark.parametrize("backend", [PlainCosine(), MeanSubtraction(), LDA(num_dims=2), Doubling(factor=3.0)])
def test_any_saved_backend_is_read_back_as_what_it_was(tmp_path, backend):
    vectors = _vectors()
    backend.fit(vectors, ["a", "b", "c"] * 4).save(tmp_path / "b")
    again = load_backend(tmp_path / "b")
    assert type(again) is type(backend)
    assert again.parameters() == backend.parameters()
    assert np.array_equal(again.transform(vectors), backend.transform(vectors))


def test_an_unfitted_backend_is_not_saved(tmp_path):
    with pytest.raises(InputError, match="expected a fitted MeanSubtraction"):
        MeanSubtraction().save(tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kind": "Doubling"}, "expected the parameters of Doubling"),
        ({"kind": "Doubling", "factor": 1.0, "extra": 2}, "expected the parameters of Doubling"),
        ({"kind": "Doubling", "factor": -1.0}, "expected a factor above 0"),
        ({"kind": "Doubling", "factor": "x"}, "not the parameters of Doubling"),
        ({"kind": "Nobodys"}, "no back-end is called 'Nobodys'"),
        ({"kind": "AffineBackend"}, "no back-end is called"),
        ([], "no back-end is called None"),
    ],
)
def test_a_folder_that_holds_something_else_is_refused(tmp_path, config, message):
    Doubling().fit(_vectors()).save(tmp_path / "b")
    (tmp_path / "b" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=message):
        load_backend(tmp_path / "b")


def test_a_name_that_two_classes_share_is_refused(tmp_path):
    first = type("Shared", (PlainCosine,), {})
    second = type("Shared", (PlainCosine,), {})
    first().save(tmp_path / "b")
    with pytest.raises(InputError, match="several back-ends are called Shared"):
        load_backend(tmp_path / "b")
    assert second is not first


@pytest.mark.parametrize("backend", [PlainCosine(), MeanSubtraction(), LDA(num_dims=2)])
def test_the_score_matrix_holds_every_pair(backend):
    vectors = _vectors()
    prepared = backend.fit(vectors, ["a", "b", "c"] * 4).prepare(vectors)
    matrix = backend.score_matrix(prepared[:5], prepared[5:])
    naive = [[backend.score(vectors[[i]], vectors[[j]])[0] for j in range(5, 12)] for i in range(5)]
    assert matrix == pytest.approx(np.array(naive), abs=1e-6)
