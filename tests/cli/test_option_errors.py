import pytest
from jsonargparse import ArgumentError, ArgumentParser

from kowairo.cli.option_errors import option_message


def test_a_plain_message_becomes_one_line():
    told = option_message('Parser key "epochs":\n  Expected a number')
    assert told == 'Parser key "epochs": Expected a number'


def test_of_alternatives_the_first_is_told():
    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument("--most", type=int | None)
    with pytest.raises(ArgumentError) as caught:
        parser.parse_args(["--most", "many"])
    assert option_message(str(caught.value)) == "most: Expected a <class 'int'>. Got value: many"


def test_a_wrong_argument_of_a_class_is_named_within_it(run, tmp_path):
    options = ["--enhancer", "LinearNetV3", "--enhancer.activation", "Foo", "--loss", "CS", "--out", tmp_path]
    status, _, errors = run("enhance", "train", "--embeddings", tmp_path, *options)
    assert status == 2
    assert errors == [
        "kowairo: enhancer.activation: Expected a typing.Literal['ReLU', 'ELU']. Got value: Foo "
        "(see kowairo enhance train --help)"
    ]
