import io
import logging

import pytest

from kowairo.cli.console import ConsoleHandler, configure_logging, draw_bar, quieten_others


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def handler():
    return ConsoleHandler()


def emit(handler, stream, *messages):
    handler.setStream(stream)
    for message in messages:
        handler.emit(logging.LogRecord("kowairo", logging.INFO, "", 0, message, None, None))
    return stream.getvalue()


def test_progress_is_plain_lines_where_there_is_no_terminal(handler):
    assert emit(handler, io.StringIO(), "1 of 2 done", "2 of 2 done") == "1 of 2 done\n2 of 2 done\n"


def test_progress_is_drawn_in_place_on_a_terminal(handler):
    shown = emit(handler, Terminal(), "1 of 2 done", "2 of 2 done")
    assert shown.count("\n") == 1
    assert shown.count("\r") == 2


def test_a_message_after_an_unfinished_bar_starts_a_new_line(handler):
    assert emit(handler, Terminal(), "1 of 2 done", "hello").endswith("\nhello\n")


def test_a_bar_is_as_full_as_the_work_is_done():
    assert draw_bar(0, 4) == f"[{'.' * 30}]"
    assert draw_bar(2, 4) == f"[{'#' * 15}{'.' * 15}]"
    assert draw_bar(4, 4) == f"[{'#' * 30}]"


def test_others_are_shown_from_warnings_on(monkeypatch):
    root, ours = logging.getLogger(), logging.getLogger("kowairo")
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "captureWarnings", lambda capture: None)
    levels = root.level, ours.level
    try:
        configure_logging()
        quieten_others()
        assert (root.level, ours.level) == (logging.WARNING, logging.INFO)
        assert logging.getLogger("lightning.pytorch").level == logging.WARNING
    finally:
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
