"""The most wrong trials, to listen to, and where the page's figures come from."""

import html
from collections.abc import Mapping, Sequence

from kowairo.core import Corpus

from ..names import set_label
from ..sections.record import stages_html
from ..sections.section import Section, facts_list
from ..sections.voices import play_button
from ..tables import html_table
from .folder import Evaluation
from .worst import WrongTrial


def worst_section(
    misses: Sequence[WrongTrial],
    false_alarms: Sequence[WrongTrial],
    corpus: Corpus | None,
    *,
    playable: Mapping[str, object],
) -> Section | None:
    """List the worst misses and false alarms; None if nothing was wrong.

    Args:
        misses: Same-speaker trials below the threshold.
        false_alarms: Different-speaker trials above it.
        corpus: Names, texts and paths of the lines, if known.
        playable: Lines that have a clip in the page.

    Returns:
        The section.
    """
    tables = ""
    for rows, caption in (
        (misses, "One speaker, taken for two"),
        (false_alarms, "Two speakers, taken for one"),
    ):
        if rows:
            cells = [
                [_line(row.enroll, corpus, playable), _line(row.test, corpus, playable), f"{row.score:.3f}"]
                for row in rows
            ]
            tables += html_table(("Enrolment", "Test", "Score"), cells, caption=caption, numeric=1)
    if not tables:
        return None
    text = (
        "<p>The trials furthest on the wrong side of the EER threshold; listen for wrong labels and poor "
        "audio.</p>"
    )
    return Section("worst", "Worst trials", text + tables)


def _line(utt: str, corpus: Corpus | None, playable: Mapping[str, object]) -> str:
    if corpus is None:
        return html.escape(utt)
    speaker = corpus.utt2spk.get(utt, "")
    words = corpus.utt_tables.get("text", {}).get(utt) or str(corpus.audio.get(utt, ""))
    short = words if len(words) <= 60 else words[:59] + "…"
    button = play_button([utt], utt) if utt in playable else ""
    return (
        f'<div class="line">{button}<span title="{html.escape(str(corpus.audio.get(utt, "")))}">'
        f"<b>{html.escape(utt)}</b>{html.escape(speaker)}: {html.escape(short)}</span></div>"
    )


def about_section(evaluation: Evaluation, *, num_replicates: int, seed: int) -> Section:
    """Name every input by its hash, and how intervals were made."""
    facts = {
        "Set": f"{evaluation.set_name} ({set_label(evaluation.set_name)})",
        "Trials": f"{evaluation.trials_name}, SHA-256 {evaluation.trials_digest[:16]}…",
        "Intervals": f"{num_replicates:,} replicates of the speaker bootstrap, seed {seed}",
    }
    rows = [
        (
            html.escape(one.scored.label),
            html.escape(_place(evaluation, one.file.path.as_posix())),
            one.digest[:16],
        )
        for one in evaluation.systems
    ]
    table = html_table(
        ("Scores", "File", "SHA-256 begins"), rows, caption="Every figure comes from these files"
    )
    others = ""
    if evaluation.others:
        names = dict.fromkeys(f"{file.set_name}/{file.trials}" for file in evaluation.others)
        others = f'<p class="soft">Not on this page: {html.escape(", ".join(names))}.</p>'
    return Section("about", "Sources", facts_list(facts) + table + others + stages_html(evaluation.stages))


def _place(evaluation: Evaluation, path: str) -> str:
    return path.removeprefix(evaluation.folder.as_posix() + "/")


def clip_order(misses: Sequence[WrongTrial], false_alarms: Sequence[WrongTrial]) -> list[str]:
    """Lines of the worst trials, each once, the worst of both kinds in turn."""
    longest = max(len(misses), len(false_alarms))
    rows = [side[i] for i in range(longest) for side in (misses, false_alarms) if i < len(side)]
    return list(dict.fromkeys(utt for row in rows for utt in (row.enroll, row.test)))
