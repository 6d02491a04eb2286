"""What the command shows while it works: a bar on a terminal, plain lines elsewhere."""

import logging
import re
import sys

_PROGRESS = re.compile(r"(\d+) of (\d+)")
_BAR_WIDTH = 30


class ConsoleHandler(logging.StreamHandler):  # type: ignore[type-arg] # generic in its stubs only
    """Writes messages to standard error; on a terminal, progress (`12 of 40`) is drawn as a bar in place.

    Libraries log progress as ordinary messages, so that a log file of a job on a cluster stays readable.
    """

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self._bar_shown = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one message."""
        message = self.format(record)
        found = _PROGRESS.search(message) if self.stream.isatty() and record.levelno <= logging.INFO else None
        done, total = (int(found[1]), int(found[2])) if found else (0, 0)
        if found and 0 < done <= total:
            self.stream.write(f"\r\x1b[K{draw_bar(done, total)} {message}" + ("\n" if done == total else ""))
            self._bar_shown = done < total
        else:
            self.stream.write(("\n" if self._bar_shown else "") + message + "\n")
            self._bar_shown = False
        self.flush()


def draw_bar(done: int, total: int) -> str:
    """Draw a progress bar of text, as `[#####.....]`."""
    filled = round(_BAR_WIDTH * done / total)
    return f"[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}]"


def configure_logging(*, level: int = logging.INFO) -> None:
    """Show messages of kowairo from `level` on, and warnings of everything else.

    Args:
        level: Least level of kowairo's own messages.
    """
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    root.handlers = [ConsoleHandler()]
    root.setLevel(logging.WARNING)
    logging.getLogger("kowairo").setLevel(level)


def quieten_others() -> None:
    """Let libraries that set up their own logging when imported show warnings only."""
    for name in ("lightning", "lightning.pytorch", "lightning.fabric", "pytorch_lightning"):
        logging.getLogger(name).setLevel(logging.WARNING)
