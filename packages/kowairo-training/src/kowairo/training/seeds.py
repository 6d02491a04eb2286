"""Seeds of single items: every random draw of training follows from them, not from worker state."""

import hashlib

import numpy as np


def item_seed(seed: int, epoch: int, utt: str, *, position: int = 0) -> int:
    """Seed of one training item, the same in every process and on every machine.

    Args:
        seed: seed of the run.
        epoch: epoch, from 0.
        utt: utterance id.
        position: place of the item in the epoch's order; keeps the draws of an utterance that comes twice
            apart.

    Returns:
        An integer in [0, 2**63), so that it fits a signed 64-bit tensor.
    """
    text = f"{seed}|{epoch}|{position}|{utt}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 1


def item_rng(seed: int) -> np.random.Generator:
    """Generator for the draws of one item.

    Philox is counter-based: building it costs microseconds, where seeding PCG64 through a SeedSequence costs
    tens.

    Args:
        seed: what `item_seed` gave.
    """
    return np.random.Generator(np.random.Philox(key=seed))
