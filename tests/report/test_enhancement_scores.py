import numpy as np
import pytest

from kowairo.core import InputError, TableError
from kowairo.report.enhancement_scores import read_enhancement_scores

TEXT = """\
Epoch 1, TLOSS 0.500000, LR 0.001000
Epoch 2, TLOSS 0.250000, LR 1e-05
--Val-- Epoch 2, VLoss 0.375000, VEER 1.9000, VEER_LIBRI 3.1250, Vacc 0.500000
"""


def test_figures_are_found_by_name_and_epoch(tmp_path):
    (tmp_path / "scores.txt").write_text(TEXT)
    found = read_enhancement_scores(tmp_path / "scores.txt")
    assert found.epoch.tolist() == [1, 2]
    assert found.curves["TLOSS"].tolist() == [0.5, 0.25]
    assert found.curves["LR"].tolist() == [0.001, 1e-5]
    assert np.isnan(found.curves["VEER"][0])
    assert found.curves["VEER_LIBRI"][1] == 3.125


def test_an_epoch_that_comes_again_counts_as_it_was_last(tmp_path):
    (tmp_path / "scores.txt").write_text(TEXT + "Epoch 2, TLOSS 0.125, LR 1e-05\n")
    assert read_enhancement_scores(tmp_path / "scores.txt").curves["TLOSS"].tolist() == [0.5, 0.125]


@pytest.mark.parametrize("line", ["Epoch one, TLOSS 1", "hello", "Epoch 3"])
def test_other_lines_are_refused_by_number(tmp_path, line):
    (tmp_path / "scores.txt").write_text(TEXT + line + "\n")
    with pytest.raises(TableError, match=r"scores\.txt:4: expected `Epoch N"):
        read_enhancement_scores(tmp_path / "scores.txt")


def test_words_for_numbers_and_empty_files_are_refused(tmp_path):
    (tmp_path / "scores.txt").write_text("Epoch 1, TLOSS low\n")
    with pytest.raises(TableError, match=r":1: could not convert string to float"):
        read_enhancement_scores(tmp_path / "scores.txt")
    (tmp_path / "scores.txt").write_text("")
    with pytest.raises(InputError, match="no epoch in it"):
        read_enhancement_scores(tmp_path / "scores.txt")
