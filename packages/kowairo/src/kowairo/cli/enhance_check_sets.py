"""Command `kowairo enhance check_sets`."""

from pathlib import Path

from kowairo.cli.enhance_sources import ItemSource
from kowairo.cli.metrics import marked
from kowairo.cli.trial_overlap import refuse_overlap, set_overlap
from kowairo.core import write_json
from kowairo.enhance import SetEnhancer, load_set_enhancer
from kowairo.scoring import ResultLabels, ResultRow, compare
from kowairo.training.enhancement import EnrollmentList

_SHOWN = ("reference_eer", "eer", "difference", "difference_low", "difference_high")


def check_sets(
    *,
    enhancer: Path,
    embeddings: Path,
    corpus: Path | None = None,
    sizes: list[int] | None = None,
    num_replicates: int = 1000,
    seed: int = 0,
    out: Path | None = None,
    allow_overlap: bool = False,
) -> None:
    """Compare a net of sets with the plain mean, by the number of enrolment lines, with paired intervals.

    Stops where the encoder of the embeddings was trained on audio or a speaker of the lines.

    Args:
        enhancer: Folder of a SetTransformer that `kowairo enhance train` wrote.
        embeddings: Embeddings of lines of speakers it was not trained on, of any form.
        corpus: Kaldi folder that knows the speakers; by default they are the ids' parts before the first "/".
        sizes: Lines of a model; by default those of 2 3 5 10 that two speakers or more have lines for.
        num_replicates: Bootstrap replicates.
        seed: Of models, trials and bootstrap.
        out: JSON file of the rows.
        allow_overlap: Compare on voices of the encoder's training too, and mark the rows.
    """
    net, source = load_set_enhancer(enhancer), ItemSource(embeddings, corpus)
    rows: list[dict[str, object]] = []
    for size in sizes or source.possible_sizes([2, 3, 5, 10]):
        drawn = source.enrollments(f"{size} lines", sizes=[size], seed=seed)
        overlap = set_overlap(embeddings, _lines(drawn))
        refuse_overlap(overlap, embeddings, allow=allow_overlap)
        row = _compared(drawn, net, num_replicates, seed)
        rows.append({**row, **({} if overlap is None else {"overlap": overlap.as_json()})})
        before, after, gap, low, high = (_percent(row, name) for name in _SHOWN)
        print(
            f"{drawn.name}: EER {before:.2f} % plain mean, {after:.2f} % net; "
            f"difference {gap:+.2f} [{low:+.2f}, {high:+.2f}] % ({len(drawn.trials)} trials){marked(overlap)}"
        )
    if out is not None:
        write_json(out, rows)


def _lines(drawn: EnrollmentList) -> set[str]:
    """Lines of the models, and those that they are scored against."""
    return {*drawn.trials.test, *(utt for utts in drawn.models.values() for utt in utts)}


def _compared(drawn: EnrollmentList, net: SetEnhancer, num_replicates: int, seed: int) -> ResultRow:
    return compare(
        drawn.scores(net),
        drawn.scores(None),
        drawn.trials,
        {**drawn.utt2spk, **drawn.model_speakers},
        labels=ResultLabels(type(net).__name__, "enrolment", drawn.name, "none"),
        reference="plain mean",
        num_replicates=num_replicates,
        seed=seed,
    )


def _percent(row: ResultRow, name: str) -> float:
    value = row[name]
    return 100 * value if isinstance(value, int | float) else float("nan")
