"""The mean of a stage's models of several epochs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from kowairo.core import InputError, atomic_path

from .speaker_model import SpeakerModel

MetricsRow = dict[str, float]


@dataclass(frozen=True)
class CheckpointAverage:
    """The mean of the weights of several epochs takes the place of the best epoch's.

    Source: Izmailov et al., 2018; BatchNorm's statistics are averaged like weights, not measured again.
    """

    count: int = 5
    """Epochs to average; fewer where the stage has fewer."""
    which: Literal["last", "best"] = "last"
    """The last epochs, or those of lowest validation EER."""

    def __post_init__(self) -> None:
        """Checks the values."""
        if self.count < 1 or self.which not in get_args(Literal["last", "best"]):
            raise InputError(f"average: count >= 1 and which last or best, got {self.count}, {self.which!r}")

    def epochs(self, rows: Sequence[MetricsRow]) -> list[int]:
        """Epochs that are averaged, were the stage to end here, ascending.

        Args:
            rows: metrics of the epochs so far; under "best" those without validation do not count.
        """
        if self.which == "last":
            return [int(row["epoch"]) for row in rows][-self.count :]
        ranked = sorted((row["valid_eer"], -row["epoch"]) for row in rows if "valid_eer" in row)
        return sorted(int(-negative) for _, negative in ranked[: self.count])


class EpochModels:
    """Models of single epochs on disk, as many as the mean still needs.

    Args:
        folder: folder of the files; made when the first one is written.
        rule: which epochs are wanted.
    """

    def __init__(self, folder: Path, rule: CheckpointAverage) -> None:
        self._folder = folder
        self._rule = rule

    def keep(self, model: SpeakerModel, rows: Sequence[MetricsRow]) -> None:
        """Write the model of the last row's epoch if it is one of the wanted.

        Args:
            model: model of that epoch.
            rows: metrics of all epochs up to it.
        """
        epoch = int(rows[-1]["epoch"])
        if epoch in self._rule.epochs(rows):
            self._folder.mkdir(exist_ok=True)
            # Tensors that share memory are copied: the format refuses them.
            state = {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}
            with atomic_path(self._path(epoch)) as partial:
                partial.write_bytes(save(state))

    def drop_unwanted(self, rows: Sequence[MetricsRow]) -> None:
        """Delete what the mean does not need any more; call it when the rows are safe on disk."""
        wanted = {self._path(epoch) for epoch in self._rule.epochs(rows)}
        for path in self._folder.glob("*.safetensors"):
            if path not in wanted:
                path.unlink()

    def wanted(self, rows: Sequence[MetricsRow]) -> list[int]:
        """Epochs that the mean is of; see `CheckpointAverage.epochs`."""
        return self._rule.epochs(rows)

    def mean(self, rows: Sequence[MetricsRow]) -> dict[str, Tensor]:
        """State with the mean of the wanted epochs' weights, computed in double precision.

        Args:
            rows: metrics of all epochs of the stage.

        Raises:
            InputError: if no epoch is wanted: there was no validation to find the best by.
        """
        epochs = self._rule.epochs(rows)
        if not epochs:
            raise InputError(
                "the best epochs are averaged, but no epoch had validation trials; average the last"
            )
        return mean_state([load_file(self._path(epoch)) for epoch in epochs])

    def _path(self, epoch: int) -> Path:
        return self._folder / f"{epoch:04d}.safetensors"


def mean_state(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Mean of floating tensors, in double precision; of others (counters) the last.

    Args:
        states: at least one state, all with the same names and shapes.
    """
    last = states[-1]
    return {
        name: torch.stack([state[name].double() for state in states]).mean(dim=0).to(value.dtype)
        if value.is_floating_point()
        else value
        for name, value in last.items()
    }
