"""From a corpus in any layout to checked Kaldi tables, with an account of what was dropped."""

import logging
from functools import partial
from pathlib import Path

from kowairo.core import InputError, atomic_folder
from kowairo.data._bounded_map import bounded_map
from kowairo.data._checked_line import check_line
from kowairo.data._import_tables import ImportTables
from kowairo.data.audio import MAX_DURATION_S, MIN_DURATION_S
from kowairo.data.drop_report import DropReport
from kowairo.data.importers import CorpusImporter

MIN_LINES = 2
_REPORT_EVERY = 10_000
_logger = logging.getLogger(__name__)


def import_corpus(
    importer: CorpusImporter,
    out: Path | str,
    *,
    min_duration_s: float = MIN_DURATION_S,
    max_duration_s: float = MAX_DURATION_S,
    min_lines: int = MIN_LINES,
    threads: int = 2,
) -> DropReport:
    """Decodes every line of a corpus once, and writes tables of those that can be used.

    Dropped are: lines that `read_audio` refuses (its reasons); `unknown_speaker`; `bad_name` (a path or id
    that no UTF-8 table can hold); `duplicate_content`: equal 16-bit samples at 16 kHz. Of the copies under
    one speaker (or one `spk2name` in two titles) the first listed is kept. Copies under two speakers are
    dropped all: one label is wrong and nothing tells which, and as a trial the pair would count a perfect
    match as an error. Last, `too_few_lines`: speakers with fewer than min_lines of what is left.

    A file that breaks off but decodes long enough is kept and noted as `truncated`.

    Args:
        importer: Lists the lines.
        out: Folder for the tables with `utt2dur` (s), `dropped.tsv`, `noted.tsv` and `drop_report.json`; it
            appears as a whole at the end, in place of what an earlier import left there.
        min_duration_s: Shorter lines are dropped.
        max_duration_s: Longer lines are dropped.
        min_lines: Fewest lines of a speaker.
        threads: Threads that decode.

    Returns:
        What was kept and dropped.

    Raises:
        InputError: The corpus has another layout, two lines share an id, a speaker has two values in a
            table, no line can be used, or `out` cannot be written or holds something else.
    """
    out = Path(out)
    _check_out(out)
    tables = ImportTables()
    check = partial(check_line, min_duration_s=min_duration_s, max_duration_s=max_duration_s)
    for number, line in enumerate(bounded_map(check, importer.entries(), threads=threads), start=1):
        tables.add(line)
        if number % _REPORT_EVERY == 0:
            _logger.info("%d lines checked", number)
    tables.drop_conflicts()
    tables.drop_small_speakers(min_lines)
    corpus, report = tables.corpus(), tables.report()
    if not corpus.audio:
        raise InputError(f"no line can be used: {report.summary()}{_first_detail(report)}")
    try:
        with atomic_folder(out) as folder:
            corpus.write(folder)
            report.write(folder)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error
    _logger.info("%s", report.summary())
    return report


def _check_out(out: Path) -> None:
    """Finds out before the work, not after it, whether `out` can be written."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file, expected a folder to write")
    try:
        foreign = out.is_dir() and any(out.iterdir()) and not (out / "drop_report.json").exists()
        if not foreign:
            # Fails here, and not after an hour of decoding, where the folder cannot be made.
            out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror}") from error
    if foreign:
        raise InputError(f"{out} is not empty and no import made it; choose another folder for the tables")


def _first_detail(report: DropReport) -> str:
    if not report.dropped:
        return ""
    first = report.dropped[0]
    return f"; the first: {first.path}: {first.detail}"
