"""From a trained stage to its merge map."""

from pathlib import Path

from torch import Tensor

from kowairo.core import Corpus, InputError, read_json
from kowairo.data import AudioStore
from kowairo.losses.build import Plain
from kowairo.models import load_encoder

from .head import build_head, load_head_rows
from .merge import ConfusionMeasure, confused_pairs, merge_map, write_merge
from .saved_levels import load_levels
from .speaker_model import SpeakerModel
from .stage_data import labelled_audio
from .validation import closed_logits, speaker_classes


def find_merges(
    stage: Path,
    *,
    data_folder: Path,
    out: Path,
    store: AudioStore | None = None,
    measure: ConfusionMeasure = "runner_up",
    min_mutual: float = 0.3,
    require_same_name: bool = True,
    max_duration_s: float = 10.0,
    workers: int = 2,
) -> dict[str, str]:
    """Find the characters to merge by a stage's confusion on the closed split.

    Writes `confusion.tsv` (most confused pairs) and `merge_map.json` (canonical speaker of each alias).
    Character names come from `spk2name` of the training corpus, titles from `spk2title`; without names
    nothing is merged unless `require_same_name` is off.

    Args:
        stage: folder of a finished stage.
        data_folder: folder with `train` and `closed`.
        out: folder for the two files.
        store: packed audio.
        measure: what counts as taking one speaker for another; see `confused_pairs`.
        min_mutual: least share of lines of either speaker taken for the other.
        require_same_name: whether the names must agree.
        max_duration_s: only the first so many seconds of a line are used.
        workers: lines embedded at a time.

    Returns:
        The merge map.

    Raises:
        InputError: if the stage was trained by a loss without a row per speaker.
    """
    train = Corpus.read(data_folder / "train")
    model = _load_model(stage)
    closed = labelled_audio(data_folder / "closed", store=store)
    max_samples = round(max_duration_s * model.encoder.sample_rate_hz)
    logits, labels = closed_logits(model, closed, max_samples=max_samples, workers=workers)
    pairs = confused_pairs(
        logits,
        labels,
        speaker_classes(model.head)[1],
        measure=measure,
        names=train.spk_tables.get("spk2name"),
        titles=train.spk_tables.get("spk2title"),
    )
    line_counts = {speaker: len(utts) for speaker, utts in train.spk2utt.items()}
    aliases = merge_map(
        pairs, line_counts=line_counts, min_mutual=min_mutual, require_same_name=require_same_name
    )
    write_merge(out, pairs, aliases)
    return aliases


def read_merge_map(path: Path) -> dict[str, str]:
    """Read a `merge_map.json`."""
    return {str(alias): str(target) for alias, target in read_json(path).items()}


def _load_model(stage: Path) -> SpeakerModel:
    found = load_head_rows(stage)
    if found is None:
        raise InputError(
            f"{stage}: its loss has no row per speaker, so it confuses nobody; name another stage"
        )
    weights, classes = found
    # Rows of a level of identity lie in the space behind its projection.
    level = next((name for name, one in load_levels(stage).items() if one.domains is None), None)
    encoder = load_encoder(stage / ("checkpoint" if level is None else f"checkpoint_{level}")).eval()
    head = build_head(_cosine_loss(weights), embedding_dim=encoder.embedding_dim, classes=classes, seed=0)
    head.adopt_rows(weights, classes)
    return SpeakerModel(encoder, head).eval()


def _cosine_loss(weights: Tensor) -> str | dict[str, Plain]:
    # Confusion needs the order of the cosines with the rows alone, whichever loss trained them.
    if weights.ndim == 2:
        return "kowairo.losses.AAMSoftmax"
    return {"class_path": "kowairo.losses.SubCenterAAM", "init_args": {"sub_centers": weights.shape[1]}}
