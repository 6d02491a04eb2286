"""The domain of each training utterance, from the tables of its corpus."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import Corpus, InputError

UNKNOWN = -1


def domain_by_utterance(corpus: Corpus, domain: str, *, folder: Path) -> dict[str, str]:
    """Domains of the utterances that a table names.

    Args:
        corpus: training set.
        domain: name of the table without its beginning: "emotion" is `utt2emotion` or, where there is none,
            `spk2emotion`.
        folder: where the corpus comes from, for the message.

    Returns:
        Domain of each utterance that has one.

    Raises:
        InputError: if there is no such table.
    """
    by_utterance = corpus.utt_tables.get(f"utt2{domain}")
    if by_utterance is not None:
        return by_utterance
    by_speaker = corpus.spk_tables.get(f"spk2{domain}")
    if by_speaker is None:
        present = ", ".join(sorted({*corpus.utt_tables, *corpus.spk_tables})) or "none"
        raise InputError(f"{folder} has neither utt2{domain} nor spk2{domain}; its tables: {present}")
    return {
        utt: by_speaker[speaker] for utt, speaker in sorted(corpus.utt2spk.items()) if speaker in by_speaker
    }


def number_domains(names: Sequence[str | None]) -> tuple[NDArray[np.int64], list[str]]:
    """Index of each name among the sorted names.

    Args:
        names: (items,), None where the domain of an item is unknown.

    Returns:
        (items,) index, -1 where unknown, and the sorted names.
    """
    present = sorted({name for name in names if name is not None})
    number = {name: index for index, name in enumerate(present)}
    found = [UNKNOWN if name is None else number[name] for name in names]
    return np.array(found, dtype=np.int64), present
