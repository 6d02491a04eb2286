import numpy as np

from kowairo.report.enhancement_scores import EnhancementScores
from kowairo.report.figures.enhancement_curves import enhancement_curves

NAN = float("nan")
SCORES = EnhancementScores(
    np.array([1, 2, 3]),
    {
        "TLOSS": np.array([0.5, 0.4, 0.3]),
        "LR": np.array([0.1, 0.1, 0.1]),
        "VLoss": np.array([NAN, 0.45, NAN]),
        "VEER": np.array([NAN, 2.0, 1.0]),
        "VEER_LIBRI": np.array([NAN, 4.0, 5.0]),
    },
)


def lines(axis):
    return {line.get_label(): line.get_xydata().tolist() for line in axis.get_lines()}


def test_losses_and_eers_have_an_axis_each():
    losses, rates = enhancement_curves(SCORES).axes
    assert lines(losses) == {
        "training loss": [[1, 0.5], [2, 0.4], [3, 0.3]],
        "validation loss": [[2, 0.45]],
    }
    assert lines(rates) == {"EER": [[2, 2.0], [3, 1.0]], "EER, libri": [[2, 4.0], [3, 5.0]]}
    names = [text.get_text() for text in losses.get_legend().get_texts()]
    assert names == ["training loss", "validation loss", "EER", "EER, libri"]


def test_without_test_lists_there_is_one_axis():
    alone = EnhancementScores(SCORES.epoch, {"TLOSS": SCORES.curves["TLOSS"]})
    assert len(enhancement_curves(alone).axes) == 1
