"""Three small runs: a reference, a better system on the same trials, and one with other trials."""

from pathlib import Path

import numpy as np
import pytest

from kowairo.core import Scores, Trials, write_scores, write_table, write_trials

NUM_SPEAKERS = 8
LINES = 5


@pytest.fixture
def runs(tmp_path):
    write_run(tmp_path / "first", distance=1.0, system="ecapa")
    write_run(tmp_path / "second", distance=3.0, system="resnet_x", shuffled=True)
    write_run(tmp_path / "third", distance=1.0, system="ecapa", lines=LINES - 1)
    return [tmp_path / name for name in ("first", "second", "third")]


def write_run(
    folder: Path, *, distance: float, system: str, lines: int = LINES, shuffled: bool = False
) -> None:
    """Write trials, speakers and the scores of one system, plain and normalised."""
    rng = np.random.default_rng(0)
    utt2spk = {f"s{s}-{i}": f"s{s}" for s in range(NUM_SPEAKERS) for i in range(lines)}
    utts = list(utt2spk)
    pairs = [(a, b) for i, a in enumerate(utts) for b in utts[i + 1 :]]
    noise = rng.normal(size=len(pairs))
    same = np.array([utt2spk[a] == utt2spk[b] for a, b in pairs])
    values = distance * same + noise
    order = rng.permutation(len(pairs)) if shuffled else np.arange(len(pairs))
    ordered = [pairs[i] for i in order]
    enroll, test = [a for a, _ in ordered], [b for _, b in ordered]
    data = folder / "data" / "test"
    data.mkdir(parents=True)
    write_trials(data / "trials", Trials(enroll, test, same[order]))
    write_table(data / "utt2spk", utt2spk)
    for normalization, scale in (("none", 1.0), ("as", 5.0)):
        path = folder / "scores" / system / "test" / f"trials.{normalization}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_scores(path, Scores(enroll, test, scale * values[order]))
