"""Command `kowairo export`."""

import shutil
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from kowairo.cli.card_facts import cosine_operating_points
from kowairo.cli.models import make_record
from kowairo.core import (
    Corpus,
    InputError,
    KowairoError,
    atomic_folder,
    encoder_folder,
    encoder_record,
    read_trials,
)
from kowairo.inference.eer_change import EerChange, measure_eer_change
from kowairo.models import Encoder, export_onnx, export_torchscript, load_encoder
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_card, read_config, save_checkpoint
from kowairo.models.quantize_onnx import quantize_onnx

Format = Literal["onnx", "torchscript", "int8"]


class QuantizationLossError(KowairoError):
    """8-bit products cost more on voices than was allowed."""


def export(
    *,
    checkpoint: str,
    out: Path,
    training: Path | None = None,
    scores: Path | None = None,
    trials: Path | None = None,
    dev_corpus: Path | None = None,
    licence: str = "follows from that of the training data",
    formats: list[Format] = ["onnx"],  # noqa: B006  # not changed; the parser shows it
    int8_bar: float = 0.002,
) -> None:
    """Make a checkpoint folder with a full card, and files that run elsewhere beside its weights.

    Each file takes waveforms and gives embeddings, and is checked against the encoder on 20 lengths in
    batches of 1 and 3; where a cosine differs from 1 by more than 1e-4 nothing is written.

    Args:
        checkpoint: Name (base, anime, campplus) or checkpoint folder.
        out: Folder to write.
        training: Kaldi folder of the training lines: the card counts them, and the training record is made of
            them if the checkpoint has none.
        scores: Score file of validation trials by the cosine: thresholds go into the card, those that at
            least 30 errors place.
        trials: The validation trials.
        dev_corpus: Kaldi folder that knows their speakers.
        licence: Licence of the weights.
        formats: onnx: model.onnx; torchscript: model.pt, for libtorch; int8: model.int8.onnx, with 8-bit
            products, measured on --trials of --dev_corpus.
        int8_bar: Largest rise of the EER by 8 bits on these trials, 0 to 1; with more, nothing is written.
    """
    if "int8" in formats and (trials is None or dev_corpus is None):
        raise InputError("int8 is measured on voices: give --dev_corpus DIR and --trials FILE")
    folder_of_encoder = encoder_folder(checkpoint)
    encoder = load_encoder(folder_of_encoder)
    card: dict[str, Plain] = {**read_card(folder_of_encoder), "licence": licence}
    known = encoder_record(folder_of_encoder)
    record = None if known is None else known.record
    if training is not None:
        card["training"] = _counts(training)
        record = record or make_record([training])
    if scores is not None and trials is not None and dev_corpus is not None:
        card["operating_points"] = cosine_operating_points(scores, trials, dev_corpus)
        card.pop("checked", None)  # it is of the thresholds before
    elif (scores, trials, dev_corpus) != (None, None, None) and "int8" not in formats:
        raise InputError("--scores, --trials and --dev_corpus go together")
    with atomic_folder(out) as folder:
        config = read_config(folder_of_encoder)
        save_checkpoint(encoder, folder / "made", config=config, card=card, record=record)
        for path in (folder / "made").iterdir():
            shutil.move(path, folder / path.name)
        (folder / "made").rmdir()
        lines = _write_formats(encoder, folder, formats)
        if "int8" in formats and trials is not None and dev_corpus is not None:
            lines.append(_write_int8(encoder, folder, trials, dev_corpus, bar=int8_bar))
    print("\n".join(f"{out}: {line}" for line in lines))


def _write_formats(encoder: Encoder, folder: Path, formats: Collection[Format]) -> list[str]:
    writers = {"onnx": (export_onnx, "model.onnx"), "torchscript": (export_torchscript, "model.pt")}
    lines = []
    for name, (write, file) in writers.items():
        if name in formats:
            least = write(encoder, folder / file)
            lines.append(f"{file} agrees with the encoder, least cosine {least:.6f}")
    return lines


def _write_int8(encoder: Encoder, folder: Path, trials: Path, dev_corpus: Path, *, bar: float) -> str:
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.onnx"
        export_onnx(encoder, whole)
        quantize_onnx(whole, folder / "model.int8.onnx")
        change = measure_eer_change(
            whole, folder / "model.int8.onnx", Corpus.read(dev_corpus), read_trials(trials)
        )
    if change.rise > bar:
        raise QuantizationLossError(
            f"8-bit products: {_rates(change)}, at most {100 * bar:.2f} points more are allowed "
            "(--int8_bar); nothing was written"
        )
    return f"model.int8.onnx: {_rates(change)}, least cosine {change.least_cosine:.4f}"


def _rates(change: EerChange) -> str:
    return f"EER {100 * change.before:.2f} % becomes {100 * change.after:.2f} % on {change.num_trials} trials"


def _counts(training: Path) -> dict[str, Plain]:
    corpus = Corpus.read(training)
    return {
        "lines": len(corpus.utts),
        "hours": round(sum(map(float, corpus.utt_tables.get("utt2dur", {}).values())) / 3600, 3),
    }
