"""Every loss on the same speakers, encoder and steps: EER on speakers that were not trained on.

Run: python benchmarks/training/loss_table.py --data DATA --store STORE [--teacher SET] [--epochs 3]
DATA holds `train` and `valid` (with `trials`), as for `kowairo train`. Prints a row per loss as it is done.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import yaml

from kowairo.core import read_json
from kowairo.data import AudioStore
from kowairo.training import SpeakerGroups, StageConfig, train_stage

ENCODER = {
    "class_path": "kowairo.models.EcapaGroupNorm",
    "init_args": {
        "channels": [96, 96, 96, 96, 288],
        "attention_channels": 32,
        "se_channels": 32,
        "embedding_dim": 128,
        "num_groups": 3,
        "front_end": {
            "class_path": "kowairo.models.NormalizedFbank",
            "init_args": {"hop_s": 0.02, "window_s": 0.05},
        },
    },
}
BY_ROW = ("Softmax", "AMSoftmax", "AAMSoftmax", "SubCenterAAM", "SphereFace2", "CurricularAAM", "AdaCos")
BY_BATCH = ("Triplet", "GE2E", "AngularPrototypical", "Prototypical", "SupervisedContrastive")
DISTILLATION = ("CosineDistillation", "ContrastiveDistillation")


def path_of(name: str) -> str:
    """Class path of a loss."""
    return f"kowairo.losses.{name}"


def joint(*terms: tuple[str, float]) -> dict[str, object]:
    """A sum of losses over labels and teacher."""
    return {
        "class_path": path_of("JointObjective"),
        "init_args": {
            "terms": [{"loss": {"class_path": path_of(name)}, "weight": weight} for name, weight in terms]
        },
    }


def losses(has_teacher: bool) -> Mapping[str, object]:
    """Losses by the name of their row."""
    found: dict[str, object] = {name: path_of(name) for name in (*BY_ROW, *BY_BATCH)}
    found["AAMSoftmax + 0.5 AngularPrototypical"] = joint(("AAMSoftmax", 1.0), ("AngularPrototypical", 0.5))
    if has_teacher:
        found |= {name: joint((name, 1.0)) for name in DISTILLATION}
        found["both distillations + 0.1 AAMSoftmax"] = joint(
            *((n, 1.0) for n in DISTILLATION), ("AAMSoftmax", 0.1)
        )
    return found


def measure(loss: object, options: argparse.Namespace, out: Path, seed: int) -> float:
    """EER in % at the end of a short training."""
    config = StageConfig(
        name="loss",
        epochs=options.epochs,
        crop_s=1.5,
        batch_size=32,
        order=SpeakerGroups(speakers=8, lines=4),
        loss=loss,
        validate_every_epochs=options.epochs,
    )
    train_stage(
        config,
        data_folder=options.data,
        out=out,
        encoder=ENCODER,
        store=AudioStore.open(options.store),
        teacher=options.teacher if "Distillation" in str(loss) else None,
        seed=seed,
        threads=1,
        device="cpu",
    )
    return 100 * float(read_json(out / "finished.json")["best_eer"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--teacher", type=Path)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    options = parser.parse_args()
    print(yaml.safe_dump(ENCODER["init_args"], default_flow_style=True, width=200))
    print("| loss | EER % by seed | CPU s |\n| --- | --- | --- |")
    for name, loss in losses(options.teacher is not None).items():
        begin = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            found = [measure(loss, options, Path(folder) / str(seed), seed) for seed in options.seeds]
        rates = ", ".join(f"{value:.2f}" for value in found)
        print(f"| {name} | {rates} | {time.process_time() - begin:.0f} |", flush=True)


if __name__ == "__main__":
    main()
