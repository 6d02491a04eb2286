"""Pages that stand alone: text, figures, plotly.js and clips in one HTML file."""

import html
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from string import Template

from plotly.offline import get_plotlyjs

from kowairo.core import provenance

from .sections.section import Section


def render_page(
    title: str, headline: str, sections: Sequence[Section], clips: Mapping[str, Mapping[str, str]]
) -> str:
    """Fill the template.

    Args:
        title: Heading, plain text.
        headline: HTML under the heading.
        sections: Sections in order; from two on, a bar leads to each.
        clips: Data URI ("audio") and description ("about") by utterance.

    Returns:
        The page.
    """
    plots = {name: json.loads(plot.to_json()) for section in sections for name, plot in section.plots.items()}
    links = "".join(f'<li><a href="#{s.identifier}">{html.escape(s.title)}</a></li>' for s in sections)
    bar = f'<nav aria-label="Sections"><ul class="wrap">{links}</ul></nav>' if len(sections) > 1 else ""
    origin = provenance()
    footer = f"Made with kowairo {origin['kowairo']} on {origin['date']}."
    return Template(_resource("page.html")).substitute(
        title=html.escape(title),
        style=_resource("style.css"),
        headline=headline,
        navigation=bar,
        sections="\n".join(section.html() for section in sections),
        footer=html.escape(footer),
        figures=script_json(plots),
        clips=script_json(clips),
        plotly=get_plotlyjs(),
        script=_resource("script.js"),
    )


def script_json(content: object) -> str:
    """Write JSON that cannot end the script element around it, whatever its strings hold."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _resource(name: str) -> str:
    return (files("kowairo.report") / name).read_text(encoding="utf-8")
