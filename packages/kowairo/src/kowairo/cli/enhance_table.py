"""Command `kowairo enhance table`."""

import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kowairo.cli.enhancer_comparison import ComparedLists, ComparisonCohort, ScoredLists
from kowairo.cli.enhancer_markdown import CEILING, PLAIN, chosen_row, comparison_markdown, figure
from kowairo.core import InputError, atomic_folder, atomic_path, write_json
from kowairo.enhance import Enhancer, load_enhancer
from kowairo.report.figures.intervals import IntervalSeries, intervals_matplotlib
from kowairo.report.figures.theme import save_png
from kowairo.report.results import Estimate
from kowairo.scoring import ResultLabels, ResultRow, compare, eer, evaluate


def table(
    *,
    enhancers: list[Path],
    embeddings: Path,
    valid_list: Path,
    out: Path,
    test_list: Path | None = None,
    corpus: Path | None = None,
    valid_embeddings: Path | None = None,
    valid_corpus: Path | None = None,
    cohort_embeddings: Path | None = None,
    cohort_corpus: Path | None = None,
    top_n: int = 200,
    num_replicates: int = 1000,
    seed: int = 0,
    allow_overlap: bool = False,
) -> None:
    """Compare enhancers on trials of unseen speakers with paired intervals, and keep the best.

    The best one is chosen on the validation list; the test lists only tell what it is worth. The last row is
    the ceiling: the mean of the speaker's other lines in place of the enrolment line. Stops where the encoder
    of the embeddings was trained on audio or a speaker of the lists.

    Args:
        enhancers: Folders of nets and closed forms; their names are those of the rows.
        embeddings: Embeddings of the test list's lines, of any form.
        valid_list: Trials that choose, or a folder with several lists `trials*`, of which `trials` chooses.
        out: Folder of table.md, table.json, enhancers.png and, where one helps, `best`.
        test_list: Trials that report, of other speakers, or a folder with several lists. Without one the
            validation lists are measured: for work on the enhancers, before the test.
        corpus: Kaldi folder that knows the speakers; by default the folder of the lists where it does, else
            the ids' parts before the first "/".
        valid_embeddings: Embeddings of the validation list's lines; the same by default.
        valid_corpus: Kaldi folder that knows the validation speakers; the same by default.
        cohort_embeddings: Embeddings of other speakers: then every row is there with AS-norm, too.
        cohort_corpus: Kaldi folder that knows these.
        top_n: Nearest speakers of the cohort that AS-norm uses.
        num_replicates: Bootstrap replicates.
        seed: Of the bootstrap.
        allow_overlap: Compare on voices of the encoder's training too, and mark the tables.
    """
    nets: dict[str, Enhancer | None] = {PLAIN: None, **{one.name: load_enhancer(one) for one in enhancers}}
    if len(nets) <= len(enhancers) or CEILING in nets:
        raise InputError("two enhancers have one name; rename a folder")
    if (cohort_embeddings is None) != (cohort_corpus is None):
        raise InputError("AS-norm needs --cohort_embeddings and --cohort_corpus")
    open_lists = partial(ComparedLists.open, allow_overlap=allow_overlap)
    valid = open_lists(valid_embeddings or embeddings, valid_list, valid_corpus or corpus)
    test = valid if test_list is None else open_lists(embeddings, test_list, corpus)
    if test is not valid and (shared := sorted(valid.speakers & test.speakers)):
        raise InputError(f"{len(shared)} speakers are in both lists, e.g. {shared[0]!r}")
    cohort = None
    if cohort_embeddings is not None and cohort_corpus is not None:
        cohort = ComparisonCohort.open(cohort_embeddings, cohort_corpus, top_n)
    rows = _Comparison(valid, test, cohort, num_replicates, seed).rows(nets)
    best = chosen_row(rows, test.headline)
    write_json(out / "table.json", [{**row, **_marks(str(row["trials"]), valid, test)} for row in rows])
    text = comparison_markdown(rows, best) + _notes(valid, test)
    with atomic_path(out / "table.md") as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    save_png(intervals_matplotlib([_series(rows, test.headline)]), out / "enhancers.png")
    print(text)
    _keep(best, {one.name: one for one in enhancers}, out / "best")


@dataclass(frozen=True, eq=False)
class _Comparison:
    """What is compared on what."""

    valid: ComparedLists
    test: ComparedLists
    cohort: ComparisonCohort | None
    num_replicates: int
    seed: int

    def rows(self, nets: dict[str, Enhancer | None]) -> list[ResultRow]:
        """Rows of every system and list, plain and normalised; the reference is what is as it is."""
        rows, reference = [], self.test.scores(None)
        for name, net in nets.items():
            plain, valid = self.test.scores(net), self.valid.scores(net)
            rows += self._system(name, plain, valid, reference, "none")
            if self.cohort is not None:
                normalized = self.cohort.normalize(self.test, plain, net)
                rows += self._system(
                    name, normalized, self.cohort.normalize(self.valid, valid, net), reference, "as"
                )
        return rows + self._system(CEILING, self.test.ceiling(), self.valid.ceiling(), reference, "none")

    def _system(
        self, name: str, scores: ScoredLists, valid: ScoredLists, reference: ScoredLists, normalization: str
    ) -> list[ResultRow]:
        labels = ResultLabels(name, "test", "", normalization)
        options = {"num_replicates": self.num_replicates, "seed": self.seed}
        rows = []
        for listed, trials in self.test.lists.items():
            own, utt2spk = replace(labels, trials=listed), self.test.utt2spk
            row = evaluate(scores[listed], trials, utt2spk, labels=own, **options)
            row["valid_eer"] = self._valid_eer(valid, listed)
            if (name, normalization) != (PLAIN, "none"):
                row |= compare(
                    scores[listed], reference[listed], trials, utt2spk, labels=own, reference=PLAIN, **options
                )
            rows.append(row)
        return rows

    def _valid_eer(self, valid: ScoredLists, listed: str) -> float | None:
        """EER of the validation list of the same name; the headline may have another."""
        name = self.valid.headline if listed == self.test.headline else listed
        if name not in self.valid.lists:
            return None
        target, values = self.valid.lists[name].target, valid[name].values
        return eer(values[target], values[~target]).value


def _marks(listed: str, valid: ComparedLists, test: ComparedLists) -> dict[str, object]:
    """What the row of a list is marked with, for its own trials and for those that choose."""
    chosen_on = valid.headline if listed == test.headline else listed
    found = {"overlap": test.overlaps.get(listed), "valid_overlap": valid.overlaps.get(chosen_on)}
    return {name: counts.as_json() for name, counts in found.items() if counts is not None}


def _notes(valid: ComparedLists, test: ComparedLists) -> str:
    """What the tables are marked with, a line for each list that shares voices with the training."""
    sides = {"test": test} if test is valid else {"validation": valid, "test": test}
    found = [(side, name, counts) for side, one in sides.items() for name, counts in one.overlaps.items()]
    return "".join(
        f"\nNot a figure of new voices ({side} list {name}): {counts}.\n" for side, name, counts in found
    )


def _series(rows: list[ResultRow], headline: str) -> IntervalSeries:
    """The systems on the headline list, without normalisation."""
    plain = [row for row in rows if (row["normalization"], row["trials"]) == ("none", headline)]
    return IntervalSeries("EER", tuple((str(row["system"]), _estimate(row)) for row in plain))


def _estimate(row: ResultRow) -> Estimate:
    return Estimate(figure(row, "eer"), figure(row, "eer_low"), figure(row, "eer_high"))


def _keep(best: str, folders: dict[str, Path], target: Path) -> None:
    if best not in folders:
        shutil.rmtree(target, ignore_errors=True)
        print("no enhancer lowers the EER of the validation list; none is kept")
        return
    with atomic_folder(target) as part:
        for name in ("config.yaml", "model.safetensors"):
            shutil.copyfile(folders[best] / name, part / name)
    print(f"{target}: {best}")
