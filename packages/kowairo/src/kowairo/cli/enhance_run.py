"""A training of an enhancement net, from what it is given to the files that it leaves."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from kowairo.cli.enhance_sources import ItemSource, TrialSource
from kowairo.core import InputError, write_json
from kowairo.data.enhancement_lists import NormalList
from kowairo.enhance import (
    EnhancementNet,
    Enhancer,
    SetEnhancer,
    apply_enhancer,
    load_enhancement_net,
    save_enhancer,
)
from kowairo.enhance.npy_tree import write_npy_tree
from kowairo.losses import EnhancementLoss
from kowairo.report.enhancement_scores import read_enhancement_scores
from kowairo.report.figures.enhancement_curves import enhancement_curves
from kowairo.report.figures.theme import save_png
from kowairo.training.enhancement import (
    EERList,
    EnhancementConfig,
    EnhancementResult,
    Processes,
    train_enhancer,
)


@dataclass(frozen=True)
class EnhancementRun:
    """What is trained on what."""

    make_net: Callable[[int], EnhancementNet]
    """Makes the net for a dimension."""
    loss: EnhancementLoss
    """The objective."""
    config: EnhancementConfig
    """How to train."""
    train: ItemSource
    """Training lines."""
    valid: ItemSource | None
    """Lines of other speakers."""
    tests: Sequence[TrialSource]
    """Trials; the first list chooses the epoch."""
    set_sizes: Sequence[int] = (2, 3, 5, 10)
    """Lines of the models that a net of sets is tested on."""
    generated: ItemSource | None = None
    """Normal list of lines whose enhanced embeddings are written in the end."""
    generated_folder: str = "emb"
    """Folder of these, below the output."""


def run_training(run: EnhancementRun, out: Path, *, init: Path | None, device: str, threads: int = 1) -> None:
    """Train, save the net, draw the curves, and say what came of it.

    Args:
        run: What is trained on what.
        out: Folder of the net.
        init: Folder of a trained net to start from.
        device: Where to compute.
        threads: Cores that compute.

    Raises:
        InputError: Something given is wrong.
        KowairoError: The training failed.
    """
    if threads < 1:
        raise InputError(f"expected threads above 0, got {threads}")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        _train(run, out, init, device)
    finally:
        torch.set_num_threads(before)


def _train(run: EnhancementRun, out: Path, init: Path | None, device: str) -> None:
    kind, seed = run.loss.list_kind, run.config.seed
    train = run.train.items(kind, seed=seed)
    valid = None if run.valid is None else run.valid.items(kind, seed=seed)
    net = _net(run, train.embeddings.dim, init, device)
    tests = _tests(run, net)
    with Processes.of_torchrun() as processes:
        result = train_enhancer(
            net,
            run.loss,
            train,
            valid=valid,
            tests=tests,
            config=run.config,
            start="drawn" if init is None else "given",
            folder=out,
            processes=processes,
        )
        if processes.is_first:
            _write(net, result, run, out)


def _tests(run: EnhancementRun, net: EnhancementNet) -> list[EERList]:
    """Trials for a net of rows, models of several lines for a net of sets."""
    if not isinstance(net, SetEnhancer):
        return [source.open() for source in run.tests]
    if run.valid is None:
        return []
    return [run.valid.enrollments("valid", sizes=run.set_sizes, seed=run.config.seed)]


def _net(run: EnhancementRun, dim: int, init: Path | None, device: str) -> EnhancementNet:
    net = run.make_net(dim)
    if init is not None:
        given = load_enhancement_net(init)
        if type(given) is not type(net) or dict(given.init_args) != dict(net.init_args):
            raise InputError(
                f"{init}: holds a {type(given).__name__} with other settings than the net to train"
            )
        net = given
    try:
        return net.to(device)
    except (RuntimeError, AssertionError) as error:  # torch built without CUDA asserts
        raise InputError(f"device {device!r} cannot be used: {error}") from error


def _write(net: EnhancementNet, result: EnhancementResult, run: EnhancementRun, out: Path) -> None:
    save_enhancer(net, out)
    save_png(enhancement_curves(read_enhancement_scores(out / "scores.txt")), out / "curves.png")
    summary = asdict(result)
    summary.pop("history")
    valid_eers = {"valid_eer": result.valid_eer, "unenhanced_valid_eer": result.unenhanced_valid_eer}
    write_json(out / "training.json", summary | valid_eers)
    speakers = result.num_speakers or "unknown"
    print(f"{out}: {result.num_utterances} lines of {speakers} speakers, epoch {result.best_epoch}")
    if result.left_out_speakers:
        print(f"{out}: {result.left_out_speakers} speakers had too few lines")
    for name, before in result.unenhanced_eers.items():
        after = result.eers[name]
        print(f"{out}: {name} EER {100 * before:.2f} % before, {100 * after:.2f} % after")
    if run.generated is not None and run.generated.listed is not None and isinstance(net, Enhancer):
        vectors = run.generated.embeddings_of(NormalList.read(run.generated.listed).files)
        write_npy_tree(apply_enhancer(vectors, net), out / run.generated_folder)
        print(f"{out / run.generated_folder}: {len(vectors)} enhanced embeddings")
