"""Command `kowairo export`."""

import shutil
from pathlib import Path

from kowairo.cli.card_facts import cosine_operating_points
from kowairo.cli.models import make_record
from kowairo.core import Corpus, InputError, atomic_folder, encoder_folder, encoder_record
from kowairo.models import export_onnx, load_encoder
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_card, read_config, save_checkpoint


def export(
    *,
    checkpoint: str,
    out: Path,
    training: Path | None = None,
    scores: Path | None = None,
    trials: Path | None = None,
    dev_corpus: Path | None = None,
    licence: str = "follows from that of the training data",
) -> None:
    """Make a checkpoint folder with a full card, and an ONNX file beside its weights, checked against them.

    Args:
        checkpoint: Name (base, anime, campplus) or checkpoint folder.
        out: Folder to write; model.onnx in it takes a waveform and gives an embedding.
        training: Kaldi folder of the training lines: the card counts them, and the training record is made of
            them if the checkpoint has none.
        scores: Score file of validation trials by the cosine: thresholds go into the card, those that at
            least 30 errors place.
        trials: The validation trials.
        dev_corpus: Kaldi folder that knows their speakers.
        licence: Licence of the weights.
    """
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
    elif (scores, trials, dev_corpus) != (None, None, None):
        raise InputError("--scores, --trials and --dev_corpus go together")
    with atomic_folder(out) as folder:
        config = read_config(folder_of_encoder)
        save_checkpoint(encoder, folder / "made", config=config, card=card, record=record)
        for path in (folder / "made").iterdir():
            shutil.move(path, folder / path.name)
        (folder / "made").rmdir()
        least = export_onnx(encoder, folder / "model.onnx")
    print(f"{out}: model.onnx agrees with the encoder, least cosine {least:.6f}")


def _counts(training: Path) -> dict[str, Plain]:
    corpus = Corpus.read(training)
    return {
        "lines": len(corpus.utts),
        "hours": round(sum(map(float, corpus.utt_tables.get("utt2dur", {}).values())) / 3600, 3),
    }
