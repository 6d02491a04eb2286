"""Command `kowairo enhance conditions`."""

from pathlib import Path

import numpy as np

from kowairo.cli.label_tables import read_labels
from kowairo.cli.set_folders import carry_overlap
from kowairo.cli.trial_files import blaming
from kowairo.core import (
    EmbeddingSet,
    InputError,
    Trials,
    open_embeddings,
    read_trials,
    write_table,
    write_trials,
)

CLEAN = "clean"
"""What lines are called that nothing was done to."""
HEADLINE = "trials"
"""List of all conditions together."""


def conditions(*, embeddings: Path, corpus: Path, sets: dict[str, Path], out: Path) -> None:
    """Join embeddings of the same lines under several conditions, with trials that enrol by a line of each.

    A line under a condition is called `line|condition`. The test side of a trial stays the clean line.

    Args:
        embeddings: Embeddings of the lines as they are, of any form.
        corpus: Kaldi folder that knows their speakers; its lists `trials*` are taken if there are any.
        sets: Embeddings of the same lines by name of the condition, as `--sets.noisy emb/test_noisy`.
        out: Folder of `embeddings`, utt2spk, utt2condition, `trials` of all conditions together,
            `trials_<condition>`, and `trials_<condition>_<list>` of other lists.
    """
    if bad := [name for name in sets if not name.isidentifier() or name == CLEAN]:
        raise InputError(f"condition {bad[0]!r}: expected a name of letters, digits and _, not {CLEAN}")
    clean = open_embeddings(embeddings)
    opened = {name: open_embeddings(folder) for name, folder in sets.items()}
    speakers = read_labels(corpus).utt2spk
    with blaming(corpus):
        joined = _joined(clean, opened)
        utt2spk = {utt: speakers[utt.rpartition("|")[0] or utt] for utt in _known(joined, speakers)}
    joined.save(out / "embeddings")
    copies = {utt: [line] for utt in joined.utts if (line := utt.rpartition("|")[0])}
    carry_overlap(embeddings, out / "embeddings", made_of=copies)
    write_table(out / "utt2spk", utt2spk)
    write_table(
        out / "utt2condition", {utt: utt.rpartition("|")[2] if "|" in utt else CLEAN for utt in utt2spk}
    )
    print(f"{out}: {len(joined)} embeddings of {len(clean)} lines")
    for path in sorted(corpus.glob("trials*")) if corpus.is_dir() else []:
        with blaming(path):
            _write_lists(read_trials(path), path.name, joined, [CLEAN, *sets], out)


def _joined(clean: EmbeddingSet, sets: dict[str, EmbeddingSet]) -> EmbeddingSet:
    vectors, utts = [np.asarray(clean.vectors)], list(clean.utts)
    for name, one in sets.items():
        if one.dim != clean.dim:
            raise InputError(f"{name}: expected embeddings of dimension {clean.dim}, got {one.dim}")
        kept = [utt for utt in one.utts if utt in clean.index]
        if not kept:
            raise InputError(f"{name}: has none of the lines, e.g. {clean.utts[0]!r}")
        vectors.append(one.rows(kept))
        utts += [f"{utt}|{name}" for utt in kept]
    return EmbeddingSet(np.concatenate(vectors), utts, clean.meta)


def _known(joined: EmbeddingSet, speakers: dict[str, str]) -> list[str]:
    """The lines, all of which must have a speaker."""
    if missing := [utt for utt in joined.utts if (utt.rpartition("|")[0] or utt) not in speakers]:
        raise InputError(f"no speaker of {missing[0]!r} ({len(missing)} such)")
    return joined.utts


def _write_lists(trials: Trials, name: str, joined: EmbeddingSet, conditions: list[str], out: Path) -> None:
    ending = name.removeprefix(HEADLINE)
    parts = []
    for condition in conditions:
        enroll = trials.enroll if condition == CLEAN else [f"{utt}|{condition}" for utt in trials.enroll]
        if missing := [utt for utt in (*enroll, *trials.test) if utt not in joined.index]:
            raise InputError(f"no embedding of {missing[0]!r} ({len(missing)} missing)")
        parts.append(Trials(enroll, trials.test, trials.target))
        write_trials(out / f"{HEADLINE}_{condition}{ending}", parts[-1])
    if not ending:
        enroll, test = ([utt for part in parts for utt in getattr(part, side)] for side in ("enroll", "test"))
        write_trials(out / HEADLINE, Trials(enroll, test, np.concatenate([part.target for part in parts])))
