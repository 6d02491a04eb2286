import json

import plotly.graph_objects as go

from kowairo.report.rendering import render_page, script_json
from kowairo.report.sections.section import Section


def test_json_in_a_script_element_cannot_end_it():
    text = script_json({"a": "</script><!--&"})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!--&"}


def test_one_section_needs_no_bar_of_links():
    one, two = Section("a", "A", "<p>x</p>"), Section("b", "B & C", "", {"f": go.Figure()})
    assert "<nav" not in render_page("t", "", [one], {})
    page = render_page("<t>", "", [one, two], {})
    assert '<a href="#b">B &amp; C</a>' in page
    assert "<title>&lt;t&gt;</title>" in page


def test_a_dollar_sign_in_a_section_stays():
    assert "costs $5" in render_page("t", "", [Section("a", "A", "costs $5")], {})
