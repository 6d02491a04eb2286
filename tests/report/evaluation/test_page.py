import json
import re
import shutil
import subprocess

import pytest

from kowairo.core import InputError, read_json
from kowairo.report.evaluation import make_evaluation_page


@pytest.fixture(scope="module")
def out(evaluation_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    make_evaluation_page(evaluation_folder, folder, title="A <list>", num_replicates=20, max_clips=4)
    return folder


@pytest.fixture(scope="module")
def markup(out):
    page = (out / "evaluation.html").read_text(encoding="utf-8")
    begin = page.index("<script>", page.index('id="clips"'))
    return page[:begin] + page[page.index("</script>", begin) :]


def test_pictures_are_written_for_paper_and_for_slides(out):
    names = {"det", "scores", "reliability", "ape", "tippett", "conditions"}
    assert {path.stem for path in out.glob("*.png")} == names
    assert {path.stem for path in out.glob("*.svg")} == names


def test_figures_are_written_for_programs(out):
    rows = read_json(out / "evaluation.json")
    assert [row["normalization"] for row in rows] == ["none", "z", "calibrated", "z+calibrated", "none"]
    assert rows[0]["eer_low"] <= rows[0]["eer"] <= rows[0]["eer_high"]
    assert rows[2]["act_dcf_0.01"] >= rows[2]["min_dcf_0.01"]
    assert "difference" not in rows[0]


def test_the_page_asks_for_nothing_outside_itself(markup):
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#|data:)""", markup)
    assert "A &lt;list&gt;" in markup
    assert "<i>s0" not in markup


def test_every_box_has_its_figure_and_every_button_its_clip(markup):
    figures = json.loads(re.search(r'id="figures">(.*?)</script>', markup, re.DOTALL)[1])
    assert sorted(re.findall(r'data-figure="([^"]+)"', markup)) == sorted(figures)
    clips = json.loads(re.search(r'id="clips">(.*?)</script>', markup, re.DOTALL)[1])
    pressed = {
        u
        for ids in re.findall(r'data-clips="([^"]+)"', markup)
        for u in json.loads(ids.replace("&quot;", '"'))
    }
    assert len(clips) == 4
    assert pressed == set(clips)


def test_scores_and_trials_alone_make_a_page(bare_folder, tmp_path):
    page = make_evaluation_page(bare_folder, tmp_path / "out", title="Bare").read_text(encoding="utf-8")
    assert 'id="calibration"' not in page
    assert 'id="results"' in page


def test_a_negative_number_is_refused(tmp_path):
    with pytest.raises(InputError, match="negative"):
        make_evaluation_page(tmp_path, tmp_path, title="x", max_clips=-1)


@pytest.mark.slow
def test_a_browser_draws_every_figure(out, tmp_path):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium here to open the page with")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={tmp_path}"]
    command = [
        browser,
        *options,
        "--virtual-time-budget=10000",
        "--dump-dom",
        (out / "evaluation.html").as_uri(),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    boxes = re.findall(r"<div [^>]*data-figure=[^>]*>", result.stdout)
    assert len(boxes) == 6
    assert all('data-drawn="yes"' in box for box in boxes)
