import json
import re
import shutil
import subprocess

import pytest

from kowairo.core import InputError
from kowairo.report import make_report
from kowairo.report.page import MAX_BYTES, about_line


@pytest.fixture(scope="module")
def page(report_folder):
    return (report_folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def markup(page):
    """The page without plotly.js, which is a script of its own."""
    begin = page.index("<script>", page.index('id="clips"'))
    return page[:begin] + page[page.index("</script>", begin) :]


def data_of(page, name):
    return json.loads(re.search(f'id="{name}">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_and_a_png_of_each_picture_are_written(report_folder):
    pictures = {path.stem for path in report_folder.glob("*.png")}
    assert pictures == {"det", "histogram", "training", "conditions", "map", "confusion", "enhancement"}
    assert (report_folder / "report.html").stat().st_size < MAX_BYTES


def test_the_page_asks_for_nothing_outside_itself(markup):
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#|data:)""", markup)
    assert not re.search(r"@import|url\(", markup)
    assert "default-src 'none'" in markup


def test_a_character_named_script_stays_text(markup):
    assert "<script>alert" not in markup
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in markup
    assert "Made-up &lt;novel&gt;" in markup


def test_every_box_has_its_figure(page, markup):
    boxes = re.findall(r'data-figure="([^"]+)"', markup)
    assert sorted(boxes) == sorted(data_of(page, "figures"))
    assert len(boxes) == len(re.findall(r'role="img" aria-label="[^"]+"', markup))


def test_clips_are_limited_and_every_play_button_has_its_clip(page, markup):
    clips = data_of(page, "clips")
    assert len(clips) == 8
    assert all(clip["audio"].startswith("data:audio/ogg;base64,") for clip in clips.values())
    pressed = re.findall(r'data-clips="([^"]+)"', markup)
    assert pressed
    assert {u for ids in pressed for u in json.loads(ids.replace("&quot;", '"'))} <= set(clips)


def test_the_headline_says_what_synthetic_voices_prove(markup):
    assert "nothing about real voices" in markup
    assert "Paired difference" in markup


def test_an_empty_experiment_gives_a_page_without_sections(tmp_path):
    (tmp_path / "exp").mkdir()
    page = make_report(tmp_path / "exp", tmp_path / "out", title="Nothing").read_text(encoding="utf-8")
    assert "<section" not in page
    assert not list((tmp_path / "out").glob("*.png"))


@pytest.mark.slow
def test_a_browser_draws_every_figure(report_folder, tmp_path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium here to open the page with")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
    ]
    options += [f"--user-data-dir={tmp_path}", "--virtual-time-budget=10000", "--dump-dom"]
    url = (report_folder / "report.html").as_uri()
    result = subprocess.run([browser, *options, url], capture_output=True, text=True, timeout=120, check=True)
    boxes = re.findall(r"<div [^>]*data-figure=[^>]*>", result.stdout)
    assert len(boxes) == 11
    assert all('data-drawn="yes"' in box for box in boxes)


@pytest.mark.slow
def test_a_corpus_without_actors_texts_or_enhancement_is_no_error(experiment_folder, tmp_path):
    exp = tmp_path / "exp"
    shutil.copytree(
        experiment_folder, exp, ignore=shutil.ignore_patterns("corpus", "merge", "stages", "train", "*+*")
    )
    for name in ("spk2va", "spk2name", "text", "utt2title", "utt2emotion", "utt2kind", "utt2dur"):
        for path in exp.glob(f"data/*/{name}"):
            path.unlink()
    page = make_report(exp, tmp_path / "out", title="Bare", max_clips=0).read_text(encoding="utf-8")
    assert 'id="enhancement"' not in page
    assert 'id="map"' in page
    assert "nothing about real voices" not in page


def test_a_negative_number_of_clips_is_refused(tmp_path):
    with pytest.raises(InputError, match="max_clips"):
        make_report(tmp_path, tmp_path, title="x", max_clips=-1)


def test_a_line_is_described_in_words(corpus):
    assert (
        about_line("c000-000", corpus)
        == "Harbour/七海-0, normal, speech, Harbour: 約束だよ、明日もここで会おうね。"
    )
