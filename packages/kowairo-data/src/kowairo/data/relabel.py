"""A corpus at another level of identity: characters become their actors."""

from dataclasses import dataclass

from kowairo.core import Corpus, InputError
from kowairo.data.voices import possible_voices

CHARACTERS = "utt2character"
"""Table of who the speaker was before."""


@dataclass(frozen=True, eq=False)
class Relabelled:
    """A corpus under other speakers."""

    corpus: Corpus
    """The lines whose speaker the table knows."""
    left_out: tuple[str, ...]
    """Speakers that the table does not know; sorted."""
    lines_left_out: int
    """Their lines."""


def relabel_corpus(corpus: Corpus, *, table: str = "spk2va") -> Relabelled:
    """Takes what a table says of a speaker as the speaker: the actor of a character.

    Who spoke before stands in `utt2character`, the first id of a voice that may have several (a character
    and its return in a sequel). Other tables over speakers stay such where all the characters of every new
    speaker agree (gender), and become tables over utterances elsewhere, unless there is one already. The
    table itself stays, each new speaker under its own name: so no two actors of equally named characters
    are taken for one. Spaces in names become `_`.

    Args:
        corpus: lines of characters.
        table: name of a table over speakers.

    Returns:
        The corpus, and what it had to leave out.

    Raises:
        InputError: there is no such table, it names fewer than two speakers, or two of them differ in spaces
            only.
    """
    values = corpus.spk_tables.get(table)
    if values is None:
        raise InputError(
            f"no {table} among the tables over speakers: {', '.join(sorted(corpus.spk_tables)) or 'none'}"
        )
    names = _speaker_ids(values, table)
    left_out = sorted(set(corpus.speakers) - set(names))
    if len(set(names.values())) < 2:
        raise InputError(
            f"{table} names {len(set(names.values()))} for {len(names)} of {len(corpus.speakers)} speakers; "
            "telling apart takes two"
        )
    known = corpus.subset([utt for utt, speaker in corpus.utt2spk.items() if speaker in names])
    voices = possible_voices(known)
    utt_tables = {
        **known.utt_tables,
        CHARACTERS: {utt: voices[speaker] for utt, speaker in known.utt2spk.items()},
    }
    spk_tables = {table: {name: name for name in names.values()}}
    for other, told in known.spk_tables.items():
        agreed = _agreed(told, names)
        if other != table and agreed is not None:
            spk_tables[other] = agreed
        elif other != table:
            spread = {utt: told[spk] for utt, spk in known.utt2spk.items() if spk in told}
            utt_tables.setdefault(f"utt2{other.removeprefix('spk2')}", spread)
    utt2spk = {utt: names[speaker] for utt, speaker in known.utt2spk.items()}
    lines_left_out = len(corpus.utt2spk) - len(utt2spk)
    return Relabelled(Corpus(known.audio, utt2spk, utt_tables, spk_tables), tuple(left_out), lines_left_out)


def _speaker_ids(values: dict[str, str], table: str) -> dict[str, str]:
    """Values as ids: a speaker id holds no space, the name of an actor may."""
    names = {speaker: "_".join(value.split()) for speaker, value in values.items()}
    source: dict[str, str] = {}
    for speaker, name in names.items():
        first = source.setdefault(name, values[speaker])
        if first != values[speaker]:
            raise InputError(f"{table}: {first!r} and {values[speaker]!r} would both be the speaker {name!r}")
    return names


def _agreed(values: dict[str, str], names: dict[str, str]) -> dict[str, str] | None:
    """The value of each new speaker; None where old speakers of one of them differ."""
    found: dict[str, str] = {}
    for speaker, value in values.items():
        if found.setdefault(names[speaker], value) != value:
            return None
    return found
