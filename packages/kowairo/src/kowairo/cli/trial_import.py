"""Command `kowairo trials import`."""

from collections.abc import Iterator
from pathlib import Path

from kowairo.cli.label_tables import NO_AUDIO, read_labels
from kowairo.cli.trial_files import read_trial_files, trial_place
from kowairo.core import (
    Corpus,
    TableError,
    Trials,
    atomic_path,
    iter_trials,
    write_table,
    write_wav_scp,
)


def import_trials(
    *,
    trials: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    corpus: Path | None = None,
    spk2enroll: Path | None = None,
    name: str = "trials",
) -> None:
    """Bring a trial list of any convention, and what is known of its utterances, into one Kaldi folder.

    The list is written as `enroll test target|nontarget`. Models of several enrolment utterances get the
    speaker of their utterances and, where there is audio, that of the first one.

    Args:
        trials: Trial list, of any convention that `kowairo score` reads.
        out: Kaldi folder to write.
        nontarget_trials: Non-targets of a list that comes as two files.
        corpus: Kaldi folder of the utterances with or without wav.scp, or a file in the form of utt2spk.
        spk2enroll: Enrolment utterances of models, for lists whose enrolment side names models.
        name: Name of the list in the folder.
    """
    tables = None if corpus is None else read_labels(corpus, spk2enroll=spk2enroll)
    labels = ("nontarget", "target")
    count = 0
    with atomic_path(out / name) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for block in _blocks(trials, nontarget_trials):
            if tables is not None:
                _check_speakers(block, tables, count, trials, nontarget_trials)
            file.writelines(f"{enroll} {test} {labels[target]}\n" for enroll, test, target in block)
            count += len(block)
    if tables is not None:
        _write_tables(tables, out)
    print(f"{out / name}: {count} trials")


def _blocks(trials: Path, nontarget_trials: Path | None) -> Iterator[Trials]:
    if nontarget_trials is None:
        return iter_trials(trials)
    return iter([read_trial_files(trials, nontarget_trials)])


def _check_speakers(
    block: Trials, tables: Corpus, before: int, trials: Path, nontarget_trials: Path | None
) -> None:
    """Refuse utterances that nobody knows, and labels that contradict the speakers."""
    speaker = tables.utt2spk
    for row, (enroll, test, target) in enumerate(block):
        unknown = [utt for utt in (enroll, test) if utt not in speaker]
        if unknown:
            message = f"{unknown[0]!r} has no speaker in utt2spk"
        elif target != (speaker[enroll] == speaker[test]):
            kind = "target" if target else "nontarget"
            message = f"the label {kind} contradicts the speakers {speaker[enroll]} and {speaker[test]}"
        else:
            continue
        raise TableError(*trial_place(before + row, trials, nontarget_trials), message)


def _write_tables(tables: Corpus, out: Path) -> None:
    if NO_AUDIO not in tables.audio.values():
        write_wav_scp(out / "wav.scp", tables.audio)
    for name, table in {"utt2spk": tables.utt2spk, **tables.utt_tables, **tables.spk_tables}.items():
        write_table(out / name, table)
