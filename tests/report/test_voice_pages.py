import json
import re

import numpy as np
import pytest

from kowairo.core import EmbeddingSet, InputError
from kowairo.report.figures.timeline import Span, Timeline
from kowairo.report.voice_pages import map_page, similarity_page, timeline_page


def block(page, name):
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, flags=re.S)
    return json.loads(found[1])


@pytest.fixture
def timeline():
    spans = (Span(0.0, 3.0, "葵", 0.7), Span(3.0, 4.0, None, 0.2))
    return Timeline("film <1>.mp3", spans, np.arange(4.0), np.full(4, 0.6), 0.4, 4.0)


def test_a_map_of_two_encoders_has_a_box_each_and_clips_for_both(embeddings, corpus, tmp_path):
    page = map_page({"one": embeddings, "two": embeddings}, corpus, title="葵 & others", max_clips=5)
    size = page.save(tmp_path / "deep" / "map.html")
    text = (tmp_path / "deep" / "map.html").read_text(encoding="utf-8")
    assert size == len(text.encode())
    assert "<h1>葵 &amp; others</h1>" in text
    figures, clips = block(text, "figures"), block(text, "clips")
    assert set(figures) == {"map", "map-2"}
    assert len(clips) == 5
    assert set(clips) <= {utt for trace in figures["map-2"]["data"] for utt in trace["customdata"]}


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_for_paper_is_written(embeddings, corpus, tmp_path, ending):
    page = similarity_page(embeddings, corpus, title="x", max_clips=0)
    assert page.save(tmp_path / f"m.{ending}") > 5000
    assert page.clips == {}


def test_the_lines_of_the_pairs_come_first_among_the_clips(embeddings, corpus):
    page = similarity_page(embeddings, corpus, title="x", max_pairs=1, max_clips=2)
    assert page.section.body.count('class="play"') == 2


def test_a_timeline_says_who_speaks_how_long_with_a_player(timeline, tmp_path):
    page = timeline_page(timeline, title="x", clips={timeline.spans[0]: "data:audio/ogg;base64,AA"})
    page.save(tmp_path / "t.html")
    body = page.section.body
    assert "75.0%" in body
    assert "film &lt;1&gt;.mp3" in body
    assert body.count('class="play"') == 1
    assert page.clips["s0"]["about"] == "葵, 0:00 to 0:03, cosine 0.70"


def test_what_cannot_be_drawn_is_said(embeddings, corpus, timeline, tmp_path):
    with pytest.raises(InputError, match="two characters or more, got 1"):
        similarity_page(embeddings, corpus.subset(["c000-000"]), title="x")
    with pytest.raises(InputError, match="no embeddings of these lines"):
        map_page({"one": EmbeddingSet(np.ones((1, 2), dtype=np.float32), ["other"])}, corpus, title="x")
    with pytest.raises(InputError, match="is it silent"):
        timeline_page(Timeline("a.wav", (), np.empty(0), np.empty(0), None, 0.0), title="x", clips={})
    with pytest.raises(InputError, match="expected an ending in png, svg, html"):
        timeline_page(timeline, title="x", clips={}).save(tmp_path / "x.gif")
