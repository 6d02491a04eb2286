import numpy as np
import pytest

from kowairo.report.plots import (
    ape_picture,
    det_picture,
    reliability_picture,
    scores_picture,
    tippett_picture,
)
from kowairo.report.scored_system import ScoredSystem


@pytest.fixture
def systems():
    rng = np.random.default_rng(0)
    names = [f"s{i % 10}" for i in range(60)]
    pairs = [(i, j) for i in range(60) for j in range(i + 1, 60)]
    same = np.array([names[i] == names[j] for i, j in pairs])
    speakers = ([names[i] for i, _ in pairs], [names[j] for _, j in pairs])
    return [
        ScoredSystem("with <speakers>", rng.normal(4.0 * same - 2), same, speakers),
        ScoredSystem("without", rng.normal(3.0 * same - 1.5), same),
    ]


def test_det_curves_of_systems_with_speakers_have_a_band(systems):
    picture = det_picture(systems, num_replicates=20)
    assert sum(trace.fill == "toself" for trace in picture.plot.data) == 1
    assert "Shaded" in picture.caption
    assert "without, EER" in picture.alt


def test_no_replicates_and_no_priors_leave_bare_curves(systems):
    picture = det_picture(systems, p_targets=(), num_replicates=0)
    assert "Shaded" not in picture.caption
    assert all(trace.mode == "lines" for trace in picture.plot.data)


def test_named_operating_points_are_marked_on_every_curve(systems):
    picture = det_picture(systems, p_targets=(), thresholds={"FAR 1 %": 0.3}, num_replicates=0)
    marks = [trace for trace in picture.plot.data if trace.mode == "markers"]
    assert [trace.customdata[0][0] for trace in marks] == ["FAR 1 %"] * 2


def test_histograms_stand_one_above_the_other(systems):
    plot = scores_picture(systems, thresholds={"mine": 0.5}).plot
    assert plot.layout.yaxis.domain[0] > plot.layout.yaxis2.domain[1]
    assert "with &lt;speakers&gt;" in [note.text for note in plot.layout.annotations]
    assert "without, mine: 0.5" in [trace.name for trace in plot.data]


@pytest.mark.parametrize("draw", [tippett_picture, reliability_picture, ape_picture])
def test_pictures_of_ratios_name_every_system(systems, draw):
    picture = draw(systems)
    assert "without" in picture.alt
    assert any("without" in (trace.name or "") for trace in picture.plot.data)
    assert any("without" in text.get_text() for text in picture.image.axes[0].get_legend().get_texts())
