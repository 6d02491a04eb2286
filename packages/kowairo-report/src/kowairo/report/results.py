"""Result files of an experiment: error rates with intervals, and paired comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import InputError, OverlapCounts, read_json

HEADLINE_SET = "test"
"""Set whose speakers were never trained on: what the headline speaks of."""
NOISY_SET = "test_noisy"
"""The same lines with noise, music and reverberation added."""
HEADLINE_TRIALS = "trials"
"""Trial list of the headline."""
BASELINE = "mfcc"
"""System that everything is compared with."""
_NORMALIZATION_ORDER = ("z", "t", "s", "as")
PLAIN_NORMALIZATIONS = ("none", "cosine", "raw", "plain", "")
"""Names under which scores without normalisation are stored."""
ALL_CONDITIONS = ("", "all")
"""Names of the condition that holds every trial."""


@dataclass(frozen=True)
class Estimate:
    """A measured value with its confidence interval.

    Attributes:
        value: The point estimate, e.g. an EER as a fraction 0..1.
        low: Lower end of the interval, None if none was computed.
        high: Upper end of the interval, None if none was computed.
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Result:
    """Error rates of one system, normalisation, trial list and condition.

    Attributes:
        system: Short name, e.g. "ecapa", "mfcc", "ecapa+linear_v1".
        set_name: Set the trials were drawn from, e.g. "test".
        trials: Name of the trial list.
        normalization: Name of the score normalisation.
        condition: Subset of the trials, "" or "all" for every trial.
        num_target: Number of target trials.
        num_nontarget: Number of non-target trials.
        num_speakers: Number of speakers in the trials.
        eer: Equal error rate, fraction.
        min_dcf: Minimum detection cost by target prior, e.g. {0.01: ...}.
        threshold: Score at which both error rates are equal, None if unknown.
        warning: What to keep in mind when reading the row, "" if nothing.
        overlap: What the trials share with the encoder's training, "" if nothing.
    """

    system: str
    set_name: str
    trials: str
    normalization: str
    condition: str
    num_target: int
    num_nontarget: int
    num_speakers: int
    eer: Estimate
    min_dcf: Mapping[float, Estimate]
    threshold: float | None
    warning: str
    overlap: str

    @property
    def is_overall(self) -> bool:
        """Whether the row covers every trial of its list."""
        return self.condition in ALL_CONDITIONS

    @property
    def is_plain(self) -> bool:
        """Whether the scores were left unnormalised."""
        return self.normalization in PLAIN_NORMALIZATIONS

    @property
    def is_headline(self) -> bool:
        """Whether the row is of the headline trials, all of them."""
        return self.set_name == HEADLINE_SET and self.trials == HEADLINE_TRIALS and self.is_overall


@dataclass(frozen=True)
class Comparison:
    """Paired comparison of a system with a reference on the same trials.

    Attributes:
        system: The system.
        reference: What it is compared with.
        set_name: Set of the trials.
        trials: Name of the trial list.
        normalization: Score normalisation of the system.
        eer: EER of the system, fraction.
        reference_eer: EER of the reference, fraction.
        difference: eer - reference_eer with its paired interval, fraction.
    """

    system: str
    reference: str
    set_name: str
    trials: str
    normalization: str
    eer: float
    reference_eer: float
    difference: Estimate

    @property
    def is_decided(self) -> bool:
        """Whether the interval of the difference excludes zero."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


def read_results(folder: Path) -> tuple[list[Result], list[Comparison]]:
    """Read every result file of a folder.

    Args:
        folder: Holds `*.json`, each one row or a list of rows; files named
            `compare.*.json` hold comparisons. A missing folder is empty.

    Returns:
        Rows in reading order (conditions stay in theirs), and comparisons by file name.

    Raises:
        InputError: A file lacks a needed value or holds one of the wrong type.
    """
    rows: list[Result] = []
    comparisons: list[Comparison] = []
    for path in sorted(folder.glob("*.json")):
        content = read_json(path)
        for record in content if isinstance(content, list) else [content]:
            try:
                if path.name.startswith("compare."):
                    comparisons.append(comparison_of(record))
                else:
                    rows.append(result_of(record))
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(f"{path}: not a result ({type(error).__name__}: {error})") from error
    return sorted(rows, key=reading_order), comparisons


def reading_order(row: Result) -> tuple[bool, bool, bool, str, str, int, str]:
    """Sort key of results: see `reading_rank`."""
    return reading_rank(row.set_name, row.trials, row.system, row.normalization)


def reading_rank(
    set_name: str, trials: str, system: str, normalization: str
) -> tuple[bool, bool, bool, str, str, int, str]:
    """Sort key: headline trials first, encoder before baseline, plain scores before normalised."""
    norms = (*PLAIN_NORMALIZATIONS, *_NORMALIZATION_ORDER)
    return (
        set_name != HEADLINE_SET,
        trials != HEADLINE_TRIALS,
        system == BASELINE,
        trials,
        system,
        norms.index(normalization) if normalization in norms else len(norms),
        normalization,
    )


def result_of(record: Mapping[str, object]) -> Result:
    """Build a row from its JSON record.

    Raises:
        KeyError: "system", "set", "trials" or "eer" is missing.
        ValueError: A number is not one.
    """
    priors = sorted({float(key.split("_")[2]) for key in record if key.startswith("min_dcf_")})
    costs = {prior: _estimate(record, f"min_dcf_{prior:g}") for prior in priors}
    return Result(
        system=str(record["system"]),
        set_name=str(record["set"]),
        trials=str(record["trials"]),
        normalization=str(record.get("normalization") or "none"),
        condition=str(record.get("condition") or "all"),
        num_target=int(_number(record, "num_target") or 0),
        num_nontarget=int(_number(record, "num_nontarget") or 0),
        num_speakers=int(_number(record, "num_speakers") or 0),
        eer=_estimate(record, "eer"),
        min_dcf=costs,
        threshold=_number(record, "threshold"),
        warning=str(record.get("warning") or ""),
        overlap=_overlap(record.get("overlap")),
    )


def comparison_of(record: Mapping[str, object]) -> Comparison:
    """Build a comparison from its JSON record.

    Raises:
        KeyError: A name or a point estimate is missing.
        ValueError: A number is not one.
    """
    return Comparison(
        system=str(record["system"]),
        reference=str(record["reference"]),
        set_name=str(record["set"]),
        trials=str(record["trials"]),
        normalization=str(record.get("normalization") or "none"),
        eer=_estimate(record, "eer").value,
        reference_eer=_estimate(record, "reference_eer").value,
        difference=_estimate(record, "difference"),
    )


def _overlap(content: object) -> str:
    return str(OverlapCounts.of_json(content)) if isinstance(content, Mapping) else ""


def _estimate(record: Mapping[str, object], name: str) -> Estimate:
    value = _number(record, name)
    if value is None:
        raise KeyError(name)
    return Estimate(value, _number(record, f"{name}_low"), _number(record, f"{name}_high"))


def _number(record: Mapping[str, object], name: str) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, int | float | str):
        return float(value)
    raise ValueError(f"{name} is {value!r}")
