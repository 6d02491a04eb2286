import pytest

from kowairo.scoring.normalization.unusable_row import UnusableRowError, named_rows


def test_an_unusable_row_gets_the_name_of_its_utterance():
    with (
        pytest.raises(UnusableRowError, match="that of 'b' is not finite or all zero") as caught,
        named_rows("ab"),
    ):
        raise UnusableRowError(1)
    assert caught.value.row == 1


def test_other_errors_and_no_error_pass():
    with named_rows("ab"):
        pass
    with pytest.raises(KeyError), named_rows("ab"):
        raise KeyError
