"""Which batches a net needs."""

from __future__ import annotations

from kowairo.enhance import EnhancementNet, SetEnhancer

from .batch import BatchSource, LabelNames
from .batches import EnhancementBatches
from .config import EnhancementConfig
from .items import EnhancementItems
from .processes import Processes
from .set_batches import SetBatches


def batches_for(
    net: EnhancementNet,
    items: EnhancementItems,
    config: EnhancementConfig,
    *,
    names: LabelNames | None = None,
    processes: Processes | None = None,
) -> BatchSource:
    """Batches of rows, or of sets for a net of sets.

    Args:
        net: The net.
        items: All usable.
        config: Sizes, order, targets.
        names: What the loss's classes stand for; None takes the items' own names.
        processes: Among whom batches are shared.

    Raises:
        InputError: A net of sets cannot be trained on these items.
    """
    make = SetBatches if isinstance(net, SetEnhancer) else EnhancementBatches
    return make(items, config, names=names, processes=processes)
