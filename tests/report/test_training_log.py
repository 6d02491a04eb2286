import os

import numpy as np
import pytest

from kowairo.core import TableError
from kowairo.report.training_log import read_training_log


def write(folder, name, text, *, age=0):
    path = folder / name / "metrics.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1e9 - age, 1e9 - age))


def test_no_stage_gives_no_log(tmp_path):
    assert read_training_log(tmp_path) is None


def test_steps_of_a_stage_continue_those_before(tmp_path):
    write(tmp_path, "2_all", "step,loss\n10,1.0\n20,0.5\n")
    write(tmp_path, "1_small", "step,loss\n5,3.0\n30,2.0\n")
    log = read_training_log(tmp_path)
    np.testing.assert_array_equal(log.step, [5, 30, 40, 50])
    assert log.stages == [("1_small", (0.0, 30.0)), ("2_all", (30.0, 50.0))]


def test_steps_that_already_count_on_are_kept(tmp_path):
    write(tmp_path, "1_a", "step,loss\n10,1\n")
    write(tmp_path, "2_b", "step,loss\n20,1\n")
    np.testing.assert_array_equal(read_training_log(tmp_path).step, [10, 20])


def test_stages_without_numbers_come_in_the_order_they_were_written(tmp_path):
    write(tmp_path, "all", "step,loss\n10,1\n", age=50)
    write(tmp_path, "largest", "step,loss\n10,1\n", age=100)
    assert [name for name, _ in read_training_log(tmp_path).stages] == ["largest", "all"]


def test_empty_cells_are_unknown(tmp_path):
    write(tmp_path, "1", "step,loss,valid_eer\n1,2.0,\n2,1.0,0.3\n")
    np.testing.assert_array_equal(read_training_log(tmp_path).curves["valid_eer"], [np.nan, 0.3])


def test_a_cell_that_is_no_number_is_named_with_file_and_line(tmp_path):
    write(tmp_path, "1", "step,loss\n1,much\n")
    with pytest.raises(TableError, match=r"metrics\.csv:2: .*much"):
        read_training_log(tmp_path)
