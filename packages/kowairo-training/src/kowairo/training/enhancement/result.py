"""What a training gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EnhancementEpoch:
    """What one epoch gave; what is measured at validations only is None (or empty) in between."""

    epoch: int
    """Counted from 1."""
    loss: float
    """Mean training loss."""
    learning_rate: float
    """Rate of the epoch."""
    valid_loss: float | None = None
    """Mean loss of the validation items."""
    valid_figure: float | None = None
    """What the loss reports beside itself, on the validation items: accuracy, or discrepancy."""
    eers: Mapping[str, float] = field(default_factory=dict)
    """EER of the enhanced embeddings by test list, fractions; infinite where the net cannot be used."""

    @property
    def valid_eer(self) -> float | None:
        """EER on the first test list."""
        return next(iter(self.eers.values()), None)

    @property
    def worth(self) -> float | None:
        """What epochs are chosen by, lower is better: EER, or else validation loss; None without either."""
        return self.valid_loss if self.valid_eer is None else self.valid_eer


@dataclass(frozen=True)
class EnhancementResult:
    """What a training gave; the net itself holds the weights of the kept epoch."""

    best_epoch: int
    """Epoch whose weights were kept, from 1; the untrained net is no candidate."""
    eers: Mapping[str, float]
    """EER of that epoch by test list, fractions."""
    unenhanced_eers: Mapping[str, float]
    """EER of the embeddings as they were; below ``eers`` means that the net does harm."""
    num_utterances: int
    """Training embeddings used."""
    num_speakers: int
    """Training speakers used."""
    left_out_speakers: int
    """Listed speakers with too few embeddings, or with one kind of pairs only."""
    history: tuple[EnhancementEpoch, ...]
    """All epochs."""

    @property
    def valid_eer(self) -> float | None:
        """EER of the kept epoch on the first test list; None without a list."""
        return next(iter(self.eers.values()), None)

    @property
    def unenhanced_valid_eer(self) -> float | None:
        """EER of the embeddings as they were on the first test list; None without a list."""
        return next(iter(self.unenhanced_eers.values()), None)
