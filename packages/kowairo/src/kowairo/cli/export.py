"""Command `kowairo export`."""

import shutil
from pathlib import Path

from kowairo.core import Corpus, atomic_folder, file_digest, read_json, write_table
from kowairo.models import export_onnx, load_encoder
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_card, read_config, save_checkpoint


def export(
    *,
    checkpoint: Path,
    out: Path,
    training: Path | None = None,
    results: Path | None = None,
    licence: str = "follows from that of the training data",
) -> None:
    """Make a checkpoint folder with a full card, and an ONNX file beside its weights, checked against them.

    Args:
        checkpoint: Checkpoint folder.
        out: Folder to write; model.onnx in it takes a waveform and gives an embedding.
        training: Kaldi folder of the training lines: their speakers and the hashes of their files go along.
        results: Folder of results files; those of validation become operating points of the card.
        licence: Licence of the weights.
    """
    encoder = load_encoder(checkpoint)
    card: dict[str, Plain] = {**read_card(checkpoint), "licence": licence}
    with atomic_folder(out) as folder:
        if training is not None:
            card["training"] = _training_record(training, folder)
        if results is not None:
            card["operating_points"] = _operating_points(results)
        save_checkpoint(encoder, folder / "made", config=read_config(checkpoint), card=card)
        for path in (folder / "made").iterdir():
            shutil.move(path, folder / path.name)
        (folder / "made").rmdir()
        least = export_onnx(encoder, folder / "model.onnx")
    print(f"{out}: model.onnx agrees with the encoder, least cosine {least:.6f}")


def _training_record(training: Path, folder: Path) -> Plain:
    corpus = Corpus.read(training)
    hashes = {utt: f"{corpus.utt2spk[utt]} {file_digest(ref.path)}" for utt, ref in corpus.audio.items()}
    write_table(folder / "training_utterances", hashes)
    return {
        "speakers": len(corpus.speakers),
        "lines": len(corpus.utts),
        "hours": round(sum(map(float, corpus.utt_tables.get("utt2dur", {}).values())) / 3600, 3),
        "utterances": "training_utterances (utterance, speaker, SHA-256 of the file)",
    }


def _operating_points(results: Path) -> Plain:
    """Thresholds at the EER of the validation trials: they were not chosen on the test speakers."""
    points: dict[str, Plain] = {}
    for path in sorted(results.glob("ecapa.valid.trials.*.json")):
        content = read_json(path)
        row = content[0] if isinstance(content, list) else content
        points[str(row["normalization"])] = {
            "threshold_at_eer": row["threshold"],
            "eer": row["eer"],
            "targets": row["num_target"],
            "nontargets": row["num_nontarget"],
        }
    return points
