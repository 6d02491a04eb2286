"""Which speakers of a corpus are one voice, and which must not be told apart by a split."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

from kowairo.core import Corpus


def proven_voices(corpus: Corpus) -> dict[str, str]:
    """The voice of each speaker, as far as it is certain that two speakers are one.

    Two speakers are one voice if they share a `spk2voice` (a truth file or a merge map), or have one
    `spk2name` and one `spk2va` in different titles (a character that is back in a sequel).

    Args:
        corpus: Speakers and what is known about them.

    Returns:
        Voice by speaker: the first speaker id of the voice.
    """
    names, actors = _table(corpus, "spk2name"), _table(corpus, "spk2va")
    titles, voices = speaker_titles(corpus), _table(corpus, "spk2voice")
    # The truth, where it is known, parts what name and actor would join.
    characters = {
        speaker: (names[speaker], actors[speaker], voices.get(speaker))
        for speaker in corpus.speakers
        if speaker in names and speaker in actors and speaker in titles
    }
    # Two of one name in one title are homonyms (Girl, Girl), not a return.
    returns = [group for group in _groups(characters) if len({titles[s] for s in group}) == len(group)]
    return _components(corpus.speakers, [*returns, *_groups(voices)])


def possible_voices(corpus: Corpus) -> dict[str, str]:
    """As `proven_voices`, and also one where two speakers may be one: no non-target may hold both.

    One `spk2name` in two titles is enough here, unless the actors are known to differ.

    Args:
        corpus: Speakers and what is known about them.

    Returns:
        Voice by speaker: the first speaker id of the voice.
    """
    names, titles = _table(corpus, "spk2name"), speaker_titles(corpus)
    by_name = _groups({speaker: names[speaker] for speaker in corpus.speakers if speaker in names})
    parts = [part for group in by_name for part in _by_actor(group, corpus)]
    groups = [part for part in parts if len({titles.get(speaker) for speaker in part}) > 1]
    return _components(corpus.speakers, [*groups, *_groups(proven_voices(corpus))])


def split_units(corpus: Corpus) -> list[list[str]]:
    """Speakers that belong on one side of a split: one actor, possibly one voice, or made of one voice.

    A speaker without a known actor counts as an actor of its own. Copies in other voices (`spk2original`)
    stay with their source.

    Args:
        corpus: Speakers and what is known about them.

    Returns:
        The units, each sorted, sorted by their first speaker.
    """
    originals = _table(corpus, "spk2original")
    sources = {source: source for source in set(originals.values()) & set(corpus.speakers)}
    groups = [*_groups(possible_voices(corpus)), *_groups(_table(corpus, "spk2va"))]
    groups.extend(_groups({**sources, **originals}))
    return _groups(_components(corpus.speakers, groups))


def speaker_titles(corpus: Corpus) -> dict[str, str]:
    """Title by speaker: `spk2title`, or the one title of all the speaker's lines in `utt2title`."""
    by_speaker: dict[str, set[str]] = defaultdict(set)
    for utt, title in corpus.utt_tables.get("utt2title", {}).items():
        by_speaker[corpus.utt2spk[utt]].add(title)
    single = {speaker: next(iter(titles)) for speaker, titles in by_speaker.items() if len(titles) == 1}
    return {**single, **_table(corpus, "spk2title")}


def utterance_titles(corpus: Corpus) -> dict[str, str]:
    """Title by utterance: `utt2title`, or the speaker's `spk2title`."""
    by_speaker = _table(corpus, "spk2title")
    titles = {utt: by_speaker[spk] for utt, spk in corpus.utt2spk.items() if spk in by_speaker}
    return {**titles, **corpus.utt_tables.get("utt2title", {})}


def _by_actor(group: list[str], corpus: Corpus) -> list[list[str]]:
    """Parts speakers of one name by actor; those without one join the only actor there is.

    A name that several actors bear is a role (clerk, girl A): a speaker without an actor joins none of
    them, or every role would chain all its actors into one unit.
    """
    actors = _table(corpus, "spk2va")
    parts: dict[str, list[str]] = defaultdict(list)
    for speaker in group:
        parts[actors.get(speaker, "")].append(speaker)
    return [group] if len(parts.keys() - {""}) <= 1 else list(parts.values())


def _table(corpus: Corpus, name: str) -> dict[str, str]:
    return corpus.spk_tables.get(name, {})


def _groups(table: Mapping[str, Hashable]) -> list[list[str]]:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for key, value in sorted(table.items()):
        groups[value].append(key)
    return list(groups.values())


def _components(items: Iterable[str], groups: Iterable[list[str]]) -> dict[str, str]:
    """Connected components, by union-find: the smallest member of each item's component."""
    parent = {item: item for item in items}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for group in groups:
        for item in group[1:]:
            first, second = sorted((root(group[0]), root(item)))
            parent[second] = first
    return {item: root(item) for item in parent}
