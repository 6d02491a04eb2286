import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference.gallery import ReferenceFacts, References, vector_digest

FACTS = [ReferenceFacts("a", "a.wav", "1"), ReferenceFacts(" b  c ", "b.wav", "2", 1.0)]


def test_names_are_brought_to_their_one_spelling():
    made = References(FACTS, np.ones((2, 3), dtype=np.float32))
    assert [one.voice for one in made.facts] == ["a", "b c"]
    assert (len(made), made.dim) == (2, 3)


def test_some_references_can_be_taken_in_another_order():
    made = References(FACTS, np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    chosen = made.subset([1])
    assert ([one.source for one in chosen.facts], chosen.vectors.tolist()) == (["b.wav"], [[0.0, 1.0]])


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.ones((1, 3)), r"expected vectors \(2, dim\), got \(1, 3\)"),
        (np.ones(3), "expected vectors"),
        (np.array([[1.0, 1.0], [0.0, 0.0]]), "b.wav: its embedding is zero or not finite"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "a.wav: its embedding is zero or not finite"),
        (np.array([[1.0, 1.0], [0.0, np.inf]]), "b.wav: its embedding is zero or not finite"),
    ],
)
def test_vectors_without_direction_are_refused(vectors, message):
    with pytest.raises(InputError, match=message):
        References(FACTS, vectors.astype(np.float32))


def test_vectors_have_equal_digests_when_they_are_equal():
    vector = np.arange(5, dtype=np.float32)
    assert vector_digest(vector) == vector_digest(vector.copy())
    assert vector_digest(vector) != vector_digest(vector + 1e-6)
    assert vector_digest(vector).startswith("vector:")
