"""The training record of a trained stage, and what a stage starts from by name."""

import hashlib
import logging
from pathlib import Path

from kowairo.cli.models import make_record
from kowairo.core import Corpus, encoder_folder, encoder_record, read_json

_LINES = "lines_sha256"
_log = logging.getLogger(__name__)


def stage_init(init: str | None) -> Path | None:
    """Find what a stage starts from.

    Args:
        init: Name (base, anime, campplus), earlier stage, checkpoint folder, file of weights, or None.

    Raises:
        InputError: It is none of these, or the named encoder is not there.
    """
    if init is None:
        return None
    return Path(init) if Path(init).is_file() else encoder_folder(init)


def record_stage(checkpoint: Path, training: Path, *, store: Path | None, init: Path | None) -> None:
    """Add the training record to the checkpoint of a finished stage, unless it has that of these very lines.

    A stage that goes on with the lines of the one before takes its record over, without reading the audio.

    Args:
        checkpoint: Checkpoint folder of the stage.
        training: Kaldi folder of its training lines. Shards are not read once more: the command says what
            does it.
        store: Packed audio of them.
        init: What the stage started from.
    """
    # Here, and not above: it imports torch, which options do not need.
    from kowairo.models import attach_record

    if not (training / "wav.scp").is_file():
        _log.warning(
            "no training record yet: `kowairo models record --shards %s` reads them for it", training
        )
        return
    lines = _lines_digest(Corpus.read(training))
    if _recorded_lines(checkpoint) == lines:
        return
    before = None if init is None else _checkpoint_of(init)
    found = encoder_record(before) if before is not None and _recorded_lines(before) == lines else None
    if found is None:
        record = make_record([training], store=store, init=None if init is None else str(init))
    else:
        record = found.record
    attach_record(checkpoint, record, facts={_LINES: lines})


def _checkpoint_of(init: Path) -> Path:
    return init / "checkpoint" if (init / "checkpoint").is_dir() else init


def _recorded_lines(checkpoint: Path) -> str | None:
    card = checkpoint / "card.json"
    training = read_json(card).get("training") if card.is_file() else None
    found = training.get(_LINES) if isinstance(training, dict) else None
    return found if isinstance(found, str) else None


def _lines_digest(corpus: Corpus) -> str:
    """Of the lines, their speakers and the size and time of their files."""
    digest = hashlib.sha256()
    for utt in corpus.utts:
        ref = corpus.audio[utt]
        stat = ref.path.stat() if ref.path.exists() else None
        mark = "missing" if stat is None else f"{stat.st_size} {stat.st_mtime_ns}"
        digest.update(f"{utt}\0{corpus.utt2spk[utt]}\0{ref}\0{mark}\n".encode())
    return digest.hexdigest()
