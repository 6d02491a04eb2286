"""Galleries of voices that are points around their own directions."""

import numpy as np
import pytest

from kowairo.inference.gallery import Gallery, GalleryEncoder, ReferenceFacts, References

DIM = 8
ENCODER = GalleryEncoder("tiny", "a" * 64, DIM)


@pytest.fixture
def encoder():
    return ENCODER


@pytest.fixture
def refs():
    """Make references: names and counts to vectors around a direction that depends on the name only."""

    def make(counts, *, spread=0.1, seed=0, dim=DIM):
        rng = np.random.default_rng(seed)
        facts, vectors = [], []
        for name, count in counts.items():
            centre = np.random.default_rng(list(name.encode())).standard_normal(dim)
            for row in range(count):
                facts.append(ReferenceFacts(name, f"{name}/{row}.wav", f"{name}-{row}-{seed}", 1.5))
                vectors.append(3.0 * centre + spread * rng.standard_normal(dim))
        return References(facts, np.array(vectors, dtype=np.float32).reshape(len(facts), dim))

    return make


@pytest.fixture
def gallery(tmp_path, refs):
    """Gallery of Aoi (3 references), 日向 (2) and Zoë (1)."""
    made = Gallery.create(tmp_path / "gallery", ENCODER)
    made.add(refs({"Aoi": 3, "日向": 2, "Zoë": 1}), encoder_sha256=ENCODER.sha256)
    return made
