"""What is known of utterances: a Kaldi folder, or no more than utt2spk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kowairo.core import AudioRef, Corpus, InputError, read_spk2enroll, read_table

NO_AUDIO = AudioRef(Path("-"))
"""Stands where a table of paths is missing."""


def read_labels(path: Path, *, spk2enroll: Path | None = None) -> Corpus:
    """Read the tables of utterances that may have no audio here.

    Args:
        path: Kaldi folder with or without wav.scp, or a file in the form of utt2spk.
        spk2enroll: Enrolment utterances of models; then models are known like utterances.

    Returns:
        The tables; the path of audio that is not there is `-`.

    Raises:
        InputError: There is no utt2spk, tables disagree, or a model's utterances are of several speakers.
    """
    corpus = _read(path)
    return corpus if spk2enroll is None else _with_models(corpus, read_spk2enroll(spk2enroll), spk2enroll)


def _read(path: Path) -> Corpus:
    if (path / "wav.scp").is_file():
        return Corpus.read(path)
    if path.is_file():
        utt2spk = read_table(path)
        return Corpus(dict.fromkeys(utt2spk, NO_AUDIO), utt2spk)
    if not (path / "utt2spk").is_file():
        raise InputError(f"{path}: no utt2spk in it; expected a Kaldi folder, or a file `utterance speaker`")
    utt2spk = read_table(path / "utt2spk")
    names = sorted(table.name for table in path.iterdir() if table.is_file())
    by_utt = {
        name: read_table(path / name) for name in names if name.startswith("utt2") and name != "utt2spk"
    }
    by_spk = {
        name: read_table(path / name)
        for name in names
        if name.startswith("spk2") and name not in ("spk2utt", "spk2enroll")
    }
    try:
        return Corpus(dict.fromkeys(utt2spk, NO_AUDIO), utt2spk, by_utt, by_spk)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _with_models(corpus: Corpus, models: Mapping[str, Sequence[str]], source: Path) -> Corpus:
    """Give every model the speaker of its utterances and the audio of the first one."""
    speakers, audio = {}, {}
    for model, utts in models.items():
        if missing := [utt for utt in utts if utt not in corpus.utt2spk]:
            raise InputError(f"{source}: no speaker of {missing[0]!r} of model {model!r} in utt2spk")
        found = {corpus.utt2spk[utt] for utt in utts}
        if len(found) > 1:
            raise InputError(f"{source}: model {model!r} has utterances of {len(found)} speakers")
        speakers[model], audio[model] = found.pop(), corpus.audio[utts[0]]
    return Corpus(
        {**audio, **corpus.audio}, {**speakers, **corpus.utt2spk}, corpus.utt_tables, corpus.spk_tables
    )
