"""Command `kowairo enhance enroll`."""

from pathlib import Path
from typing import Literal

import numpy as np

from kowairo.cli.set_folders import carry_overlap
from kowairo.cli.trial_files import blaming
from kowairo.core import EmbeddingSet, InputError, open_embeddings, read_spk2enroll
from kowairo.enhance import enroll_sets, load_set_enhancer


def enroll(
    *,
    embeddings: Path,
    spk2enroll: Path,
    out: Path,
    enhancer: Path | None = None,
    lines: Literal["with", "without"] = "with",
) -> None:
    """Make one embedding of the enrolment lines of each model, by a net of sets or as their plain mean.

    Args:
        embeddings: Embeddings of all lines, of any form.
        spk2enroll: Table `model line line ...`.
        out: Embedding set of the models, to be scored against lines under the names of the models.
        enhancer: Folder of a SetTransformer that `kowairo enhance train` wrote; the plain mean without one.
        lines: `with` puts the lines into the set as well, so that it has both sides of the trials.
    """
    vectors, models = open_embeddings(embeddings), read_spk2enroll(spk2enroll)
    net = None if enhancer is None else load_set_enhancer(enhancer)
    with blaming(spk2enroll):
        if both := sorted(models.keys() & vectors.index.keys()):
            raise InputError(f"{both[0]!r} is a model and a line ({len(both)} such)")
        found = enroll_sets(vectors, models, net)
    if lines == "with":
        joined = np.concatenate([found.vectors, vectors.vectors])
        found = EmbeddingSet(joined, [*found.utts, *vectors.utts], found.meta)
    found.save(out)
    carry_overlap(embeddings, out, made_of=models)
    print(f"{out}: {len(models)} models of {sum(map(len, models.values()))} lines")
