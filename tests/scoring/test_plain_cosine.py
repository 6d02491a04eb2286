import numpy as np

from kowairo.scoring import PlainCosine


def test_plain_cosine_leaves_vectors_as_they_are():
    vectors = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    backend = PlainCosine().fit(vectors, ["a", "b"])
    assert np.array_equal(backend.transform(vectors), vectors)
