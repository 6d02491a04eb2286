"""The stored scores of a run, and the trials that they belong to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import InputError

from ..results import BASELINE, reading_rank


@dataclass(frozen=True)
class ScoreFile:
    """One score file of a run.

    Attributes:
        set_name: Set of the trials, e.g. "test".
        trials: Name of the trial list.
        system: Name of the system.
        normalization: Name of the score normalisation, "none" for plain scores.
        path: Where it lies.
    """

    set_name: str
    trials: str
    system: str
    normalization: str
    path: Path


@dataclass(frozen=True)
class Run:
    """An experiment folder with scores.

    Attributes:
        name: Name in tables; differs from that of every other run compared.
        folder: The experiment folder.
        scores: Its score files, plain ones before normalised ones.
        trial_folders: Kaldi folder by set, for sets that do not lie in `data/`.
    """

    name: str
    folder: Path
    scores: tuple[ScoreFile, ...]
    trial_folders: Mapping[str, Path]

    @property
    def main_system(self) -> str:
        """The trained encoder: the first system that is neither baseline nor enhanced."""
        systems = [file.system for file in self.scores]
        return next((name for name in systems if name != BASELINE and "+" not in name), systems[0])

    def set_folder(self, set_name: str) -> Path:
        """Kaldi folder of a set: with `utt2spk` and its trial lists."""
        return self.trial_folders.get(set_name, self.folder / "data" / set_name)


def read_runs(
    folders: Sequence[Path],
    *,
    names: Sequence[str] | None = None,
    trial_folders: Mapping[str, Path] | None = None,
) -> list[Run]:
    """Find the scores of several runs: `scores/<system>/<set>/<trials>.<normalisation>.txt`.

    Args:
        folders: Experiment folders.
        names: A name for each; by default the folders' names, with as many parents as tell them apart.
        trial_folders: Kaldi folder by set, for sets whose trials do not lie in the experiments' `data/<set>`.

    Returns:
        The runs.

    Raises:
        InputError: A folder is missing, given twice or without scores; names are too few or not unique.
    """
    labels = list(names) if names is not None else short_names(folders)
    if len(labels) != len(folders):
        raise InputError(f"expected a name for each of {len(folders)} runs, got {len(labels)}")
    if repeated := [name for name, count in Counter(labels).items() if count > 1]:
        raise InputError(f"two runs are called {repeated[0]!r}; give them names")
    runs = []
    for name, folder in zip(labels, folders, strict=True):
        if not folder.is_dir():
            raise InputError(f"{folder}: no such experiment folder")
        scores = _score_files(folder / "scores")
        if not scores:
            raise InputError(f"{folder}: no scores/<system>/<set>/<trials>.<normalisation>.txt in it")
        runs.append(Run(name, folder, tuple(scores), dict(trial_folders or {})))
    return runs


def short_names(folders: Sequence[Path]) -> list[str]:
    """Shortest ends of the paths that tell the folders apart, e.g. "a/vn" and "b/vn".

    Raises:
        InputError: A folder is given twice.
    """
    parts = [folder.resolve().parts for folder in folders]
    if len(set(parts)) < len(parts):
        raise InputError("a run is given twice; a comparison needs different folders")
    for depth in range(1, max(map(len, parts), default=1) + 1):
        names = ["/".join(part[-depth:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]


def _score_files(folder: Path) -> list[ScoreFile]:
    files = []
    for path in folder.glob("*/*/*.txt"):
        trials, _, normalization = path.name.removesuffix(".txt").partition(".")
        files.append(ScoreFile(path.parent.name, trials, path.parents[1].name, normalization or "none", path))
    return sorted(
        files, key=lambda file: reading_rank(file.set_name, file.trials, file.system, file.normalization)
    )
