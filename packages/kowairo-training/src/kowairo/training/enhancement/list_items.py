"""Items from lists: their files found in an embedding set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.data.enhancement_lists import (
    DistributionList,
    ListSource,
    NormalList,
    TripletList,
    file_rows,
    make_distribution_list,
    make_normal_list,
    make_triplet_list,
    speakers_by_path,
)
from kowairo.losses import EnhancementListKind

from .items import EnhancementItems

AnyList = NormalList | TripletList | DistributionList


def read_list(path: Path | str, kind: EnhancementListKind) -> AnyList:
    """Read a list of a kind.

    Raises:
        InputError: There is no such file, or it holds no line.
        TableError: A line has the columns of another kind.
    """
    if kind == "triplet":
        return TripletList.read(path)
    return DistributionList.read(path) if kind == "distribution" else NormalList.read(path)


def draw_list(source: ListSource, kind: EnhancementListKind, *, seed: int) -> AnyList:
    """Make a list of a kind, as `kowairo enhance lists` does.

    Raises:
        InputError: It cannot be made, e.g. for want of sessions.
    """
    rng = np.random.default_rng([seed, 0])
    if kind == "triplet":
        return make_triplet_list(source, rng=rng)
    return make_distribution_list(source, rng=rng) if kind == "distribution" else make_normal_list(source)


def list_items(
    lines: AnyList,
    embeddings: EmbeddingSet,
    *,
    utt2spk: Mapping[str, str] | None = None,
    utt2domain: Mapping[str, str] | None = None,
) -> EnhancementItems:
    """Find what a list names in an embedding set.

    A file is an utterance id, or one with `.wav` or `.npy` behind it. The speaker of a listed file is the
    list's; that of another embedding, which counts for the means too, is what the table says, or the part of
    its id before the first "/". Speakers that the list does not name are not used.

    Args:
        lines: A list.
        embeddings: Embeddings of all its files.
        utt2spk: Speakers of the embeddings, where a table has them.
        utt2domain: Domains of the embeddings, where they are needed; lines that it leaves out have none.

    Returns:
        The items, in the order of the file unless they are pairs.

    Raises:
        InputError: A file has no embedding, is listed for two speakers, or another speaker of a triplet has
            none at all.
    """
    kind, files, speakers = _columns(lines)
    rows = file_rows(embeddings, files)
    others = lines.others if isinstance(lines, TripletList) else []
    names = sorted({*speakers, *others})
    number = {name: place for place, name in enumerate(names)}
    known = speakers_by_path(embeddings.utts) if utt2spk is None else utt2spk
    row_speakers = np.array([number.get(known.get(utt, ""), -1) for utt in embeddings.utts], dtype=np.int64)
    listed = np.array([number[name] for name in speakers], dtype=np.int64)
    row_speakers[rows] = listed
    if (twice := np.flatnonzero(row_speakers[rows] != listed)).size:
        raise InputError(f"{files[twice[0]]!r} is listed for two speakers")
    missing = sorted(set(others) - {names[place] for place in np.unique(row_speakers) if place >= 0})
    if missing:
        raise InputError(f"no embedding of the other speaker {missing[0]!r} ({len(missing)} such)")
    domains, domain_names = _domains(embeddings, utt2domain)
    # Neighbours in the file are neighbours here, so that batches are read forwards; pairs stay together.
    order = np.arange(len(rows)) if kind == "distribution" else np.argsort(rows, kind="stable")
    return EnhancementItems(
        embeddings,
        kind,
        tuple(names),
        row_speakers,
        rows[order],
        others=np.array([number[name] for name in others], dtype=np.int64)[order] if others else None,
        same_session=lines.same_session if isinstance(lines, DistributionList) else None,
        domains=domains,
        domain_names=domain_names,
    )


def _domains(
    embeddings: EmbeddingSet, utt2domain: Mapping[str, str] | None
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    if utt2domain is None:
        return None, ()
    names = tuple(sorted({utt2domain[utt] for utt in embeddings.utts if utt in utt2domain}))
    number = {name: place for place, name in enumerate(names)}
    found = [number.get(utt2domain.get(utt, ""), -1) for utt in embeddings.utts]
    return np.array(found, dtype=np.int64), names


def _columns(lines: AnyList) -> tuple[EnhancementListKind, Sequence[str], Sequence[str]]:
    """Kind, and file and speaker of every row; pairs are two rows each."""
    if isinstance(lines, DistributionList):
        files = [file for pair in zip(lines.first, lines.second, strict=True) for file in pair]
        return "distribution", files, [name for name in lines.speakers for _ in range(2)]
    return ("triplet" if isinstance(lines, TripletList) else "normal"), lines.files, lines.speakers
