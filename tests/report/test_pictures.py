import re

import pytest

from kowairo.core import InputError
from kowairo.report.figures.tippett import tippett, tippett_matplotlib, tippett_plotly
from kowairo.report.pictures import Picture, pictures_section, save_formats, save_picture


def make_picture():
    curves = [tippett("<i>a</i>", [1.0, 2.0], [-1.0, 0.5])]
    return Picture(
        "tippett", "A & B", "caption", "alt", tippett_plotly(curves), tippett_matplotlib(curves), "wide"
    )


@pytest.fixture
def picture():
    return make_picture()


def test_each_format_is_written_beside_the_others(picture, tmp_path):
    paths = save_formats(picture, tmp_path / "new" / "a.b")
    assert [path.name for path in paths] == ["a.b.png", "a.b.svg", "a.b.html"]
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in paths[1].read_bytes()
    assert "A &amp; B" in paths[2].read_text(encoding="utf-8")


def test_the_html_file_asks_for_nothing_outside_itself(picture, tmp_path):
    page = save_picture(picture, tmp_path / "a.html").read_text(encoding="utf-8")
    begin = page.index("<script>", page.index('id="clips"'))
    markup = page[:begin] + page[page.index("</script>", begin) :]
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#|data:)""", markup)
    assert "<i>a</i>" not in markup


def test_equal_pictures_give_equal_svg_files(tmp_path):
    first, second = (save_picture(make_picture(), tmp_path / f"{n}.svg").read_bytes() for n in (1, 2))
    assert first == second


def test_an_unknown_ending_is_refused(picture, tmp_path):
    with pytest.raises(InputError, match="png, svg, html"):
        save_picture(picture, tmp_path / "a.pdf")


def test_a_section_has_a_box_and_both_drawings_of_each_picture(picture):
    section = pictures_section("a", "A", "<p>text</p>", [picture])
    assert section.body.startswith("<p>text</p><h3>A &amp; B</h3><figure>")
    assert list(section.plots) == list(section.images) == ["tippett"]
