"""Command `kowairo finetune`."""

from pathlib import Path
from typing import Literal

from kowairo.cli.compare import percent
from kowairo.cli.metrics import described
from kowairo.cli.plain_mapping import PlainMapping
from kowairo.core import encoder_folder
from kowairo.training import FINETUNE_STAGE, FinetunePlan, StageConfig


def finetune(
    *,
    init: str,
    data: Path,
    out: Path,
    stage: StageConfig = FINETUNE_STAGE,
    plan: FinetunePlan = FinetunePlan(),  # noqa: B008 - frozen
    encoder: PlainMapping | None = None,
    material: Path | None = None,
    root: Path | None = None,
    labels: Literal["auto", "integers", "names"] = "auto",
    seed: int = 0,
    threads: int = 2,
    num_workers: int = 1,
    save_every_steps: int = 50,
    device: Literal["auto", "cpu", "gpu"] = "auto",
) -> None:
    """Fine-tune an encoder on your voices; its EER on held-out speakers before and after is printed.

    Run again after a kill, it goes on. `out` gets the data, the stage (train), the checkpoint with its card,
    the scores and results.json.

    Args:
        init: Name (base, anime, campplus), checkpoint folder or stage folder; with --encoder also a file of
            weights.
        data: File of path<TAB>label lines, Kaldi folder, or folder of speakers' folders.
        out: Folder to write.
        stage: Settings of training, as of `kowairo train`.
        plan: What is held out and frozen, and rates by layer.
        encoder: class_path and init_args of an encoder of another form than init's: what fits is loaded, the
            rest is listed.
        material: Training part of the augmentation material.
        root: Folder that a list's paths start from, where it is not the list's.
        labels: What the labels of a list are; auto goes by the first.
        seed: Seed of everything.
        threads: Cores.
        num_workers: Processes that prepare batches.
        save_every_steps: Steps from one state file to the next.
        device: auto, cpu or gpu.
    """
    # Here, and not above: it imports Lightning, which takes seconds that options do not need.
    from kowairo.training import finetune_encoder, importer_for

    result = finetune_encoder(
        Path(init) if Path(init).is_file() else encoder_folder(init),
        importer_for(data, root=root, labels=labels),
        out,
        stage=stage,
        plan=plan,
        encoder=encoder,
        material=material,
        seed=seed,
        threads=threads,
        num_workers=num_workers,
        save_every_steps=save_every_steps,
        device=device,
    )
    facts = result.data
    print(f"{init}: {result.loaded}")
    print(f"{data}: {facts.imported}")
    print(f"trained on {facts.lines} lines of {facts.speakers} speakers ({facts.hours:.2f} h)")
    print(f"held out: {facts.kind}{f'; {facts.remark}' if facts.remark else ''}")
    print(described(result.before))
    print(described(result.after))
    difference = f"{percent(result.difference, 'difference')}, p = {result.difference['p_value']:.3f}"
    print(f"after - before: EER {difference}")
    if float(result.difference["difference"] or 0.0) >= 0.0:
        print(f"no gain: {init} as it is does as well on these trials")
    print(result.checkpoint)
