import pickle
from pathlib import Path

from kowairo.core import InputError, KowairoError, TableError


def test_table_error_names_path_line_and_message():
    error = TableError(Path("data/wav.scp"), 7, "no value")
    assert str(error) == "data/wav.scp:7: no value"
    assert (error.path, error.line, error.message) == (Path("data/wav.scp"), 7, "no value")


def test_table_error_survives_the_way_back_from_a_worker_process():
    error = pickle.loads(pickle.dumps(TableError("t", 3, "bad")))
    assert str(error) == "t:3: bad"


def test_input_errors_are_kowairo_errors_and_value_errors():
    assert issubclass(TableError, InputError)
    assert issubclass(InputError, KowairoError)
    assert issubclass(InputError, ValueError)
