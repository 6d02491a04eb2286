import pytest

from kowairo.report.figures.theme import PALETTE, SYMBOLS, canvas, drawable, label_fonts, save_png

LIGHT_PAGE, DARK_PAGE = "#ffffff", "#1c2026"


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("color", PALETTE)
@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
def test_colours_stand_out_from_both_pages(color, page):
    high, low = sorted((luminance(color), luminance(page)), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 3.0


def test_symbols_are_distinct():
    assert len({symbol.plotly for symbol in SYMBOLS}) == len({s.matplotlib for s in SYMBOLS}) == len(SYMBOLS)


def test_labels_that_no_font_has_become_numbers():
    private = "\U0010fffd"
    assert drawable([private + "b", "Rin", private + "a"]) == ["speaker 3", "Rin", "speaker 2"]


def test_a_font_behind_the_default_is_named_only_where_it_is_needed():
    assert label_fonts(["Rin", "Zoë"]) == ["DejaVu Sans"]
    fonts = label_fonts(["七海"])
    assert drawable(["七海"]) == (["七海"] if len(fonts) == 2 else ["speaker 1"])


def test_a_png_is_written(tmp_path):
    figure, axes = canvas(width=2, height=1, columns=2)
    save_png(figure, tmp_path / "x.png")
    assert len(axes) == 2
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
