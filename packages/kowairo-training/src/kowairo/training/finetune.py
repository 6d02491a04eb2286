"""Fine-tuning: any encoder on own voices, measured before and after on voices that it does not see."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kowairo.core import Corpus, InputError, Scores, TrainingRecord, encoder_record, file_digest, write_json
from kowairo.data import CorpusImporter, record_training
from kowairo.models import load_encoder, read_config, save_checkpoint
from kowairo.models.build import Plain
from kowairo.scoring import ResultLabels, ResultRow, compare, evaluate

from .finetune_data import PreparedData, PreparedFacts, prepare_data
from .finetune_measure import score_checkpoint
from .finetune_plan import FINETUNE_STAGE, FinetunePlan, finetune_stage
from .finetune_start import FinetuneStart, finetune_start
from .stage_config import StageConfig
from .stages import train_stage

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FinetuneResult:
    """What fine-tuning brought.

    Attributes:
        checkpoint: checkpoint folder of the fine-tuned encoder.
        loaded: one line about what was loaded at the start.
        data: what it was trained on.
        before: result row of the encoder as it was.
        after: result row of the fine-tuned one, on the same trials.
        difference: row of the paired comparison, after minus before.
    """

    checkpoint: Path
    loaded: str
    data: PreparedFacts
    before: ResultRow
    after: ResultRow
    difference: ResultRow

    @property
    def row(self) -> dict[str, object]:
        """What results.json holds."""
        return {
            "loaded": self.loaded,
            "data": asdict(self.data),
            "before": self.before,
            "after": self.after,
            "difference": self.difference,
        }


def finetune_encoder(
    init: Path,
    importer: CorpusImporter,
    out: Path,
    *,
    stage: StageConfig = FINETUNE_STAGE,
    plan: FinetunePlan | None = None,
    encoder: Mapping[str, Plain] | None = None,
    material: Path | None = None,
    seed: int = 0,
    threads: int = 2,
    num_workers: int = 1,
    save_every_steps: int = 50,
    device: str = "auto",
) -> FinetuneResult:
    """Fine-tune an encoder, or continue it where it was killed, or find it finished.

    Held-out speakers part in those that choose the checkpoint and those that are reported on. The head alone
    learns at first, with the encoder frozen (its BatchNorm statistics too); then all, the encoder's first
    layers least. `out` gets `data`, `train` (the stage), `checkpoint` with a card, `scores` and
    `results.json`.

    Args:
        init: checkpoint folder, stage folder, or with `encoder` a file of weights.
        importer: lists the lines.
        out: where to.
        stage: settings of training.
        plan: settings of what is held out, of warm-up and rates.
        encoder: class_path and init_args of an encoder of another form than init's; what fits goes over.
        material: augmentation material.
        seed: seed of everything.
        threads: cores.
        num_workers: processes that prepare batches.
        save_every_steps: steps from one state file to the next.
        device: "auto", "cpu" or "gpu".

    Raises:
        InputError: if nothing can be loaded, or the data cannot be used; nothing is written then.
        NonFiniteLossError: if training diverges.
    """
    plan = plan or FinetunePlan()
    start = finetune_start(init, encoder=encoder, seed=seed)
    _log.info("%s: %s", init, start.loaded)
    data = prepare_data(
        importer,
        out / "data",
        plan,
        speeds=stage.speeds,
        classes=_classes(start, plan),
        seed=seed,
        threads=threads,
    )
    begin = start.folder(out)
    before = score_checkpoint(begin, data, out / "scores" / "before.txt", threads=threads, device=device)
    num_items = data.facts.lines * len(stage.speeds)
    trained = train_stage(
        finetune_stage(plan, stage, start.encoder, num_items=num_items, has_material=material is not None),
        data_folder=data.folder,
        out=out / "train",
        init=init if plan.head == "continue" else begin,
        store=data.store,
        material=material,
        seed=seed,
        threads=threads,
        num_workers=num_workers,
        save_every_steps=save_every_steps,
        device=device,
    )
    after = score_checkpoint(trained, data, out / "scores" / "after.txt", threads=threads, device=device)
    result = _compared(before, after, data, start, out, seed)
    _write_checkpoint(trained, start, data, result, threads)
    write_json(out / "results.json", result.row)
    return result


def _classes(start: FinetuneStart, plan: FinetunePlan) -> list[str] | None:
    """Classes that the listed speakers must be; None where the head is new."""
    if plan.head == "new":
        return None
    if start.classes is None:
        raise InputError(f"{start.init}: has no head to continue; give a stage folder, or begin a new head")
    # Copies at other speeds are classes of the same speakers.
    return [name for name in start.classes if "|" not in name]


def _compared(
    before: Scores, after: Scores, data: PreparedData, start: FinetuneStart, out: Path, seed: int
) -> FinetuneResult:
    utt2spk, trials = data.report.utt2spk, data.trials
    labels = {
        name: ResultLabels(system=name, set="held_out", trials="trials") for name in ("before", "after")
    }
    return FinetuneResult(
        checkpoint=out / "checkpoint",
        loaded=start.loaded,
        data=data.facts,
        before=evaluate(before, trials, utt2spk, labels=labels["before"], seed=seed),
        after=evaluate(after, trials, utt2spk, labels=labels["after"], seed=seed),
        difference=compare(
            after, before, trials, utt2spk, labels=labels["after"], reference="before", seed=seed
        ),
    )


def _write_checkpoint(
    trained: Path, start: FinetuneStart, data: PreparedData, result: FinetuneResult, threads: int
) -> None:
    origin: dict[str, Plain] = {
        "name": start.name,
        "sha256": file_digest(start.weights),
        "loaded": start.loaded,
        "card": start.card,
    }
    card: dict[str, Plain] = {
        "fine-tuned from": origin,
        "licence": f"that of what it was fine-tuned from ({start.card.get('licence') or 'not stated'}), "
        "and what your recordings allow",
        "trained on": {
            "speakers": result.data.speakers,
            "lines": result.data.lines,
            "hours": result.data.hours,
        },
        f"held-out {result.data.kind}": {"before": dict(result.before), "after": dict(result.after)},
        "remark": result.data.remark or "none",
        "spoofing": "not tested against cloned or synthetic voices",
        "consent": "recognising a person by voice needs that person's consent; that is the user's duty",
    }
    save_checkpoint(
        load_encoder(trained),
        result.checkpoint,
        config=read_config(trained),
        card=card,
        record=_record(start, data, threads),
    )


def _record(start: FinetuneStart, data: PreparedData, threads: int) -> TrainingRecord:
    """Audio and speakers of this training, and those of the encoder that it started from."""
    earlier = encoder_record(start.weights.parent)
    own = record_training(
        [Corpus.read(data.folder / "train")],
        store=data.store,
        unrecorded=[start.name] if earlier is None else [],
        threads=threads,
    )
    return own if earlier is None else TrainingRecord.union([earlier.record, own])
