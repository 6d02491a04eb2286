"""Command `kowairo enhance table`."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming
from kowairo.core import (
    EmbeddingSet,
    InputError,
    Trials,
    atomic_folder,
    atomic_path,
    open_embeddings,
    read_trials,
    write_json,
)
from kowairo.data.enhancement_lists import listed_trials, speakers_by_path
from kowairo.enhance import Enhancer, apply_enhancer, load_enhancer
from kowairo.report.figures.intervals import IntervalSeries, intervals_matplotlib
from kowairo.report.figures.theme import save_png
from kowairo.report.results import Estimate
from kowairo.scoring import ResultLabels, ResultRow, compare, eer, evaluate, score_trials

_PLAIN = "as they are"


@dataclass(frozen=True, eq=False)
class _Side:
    """Trials with their embeddings and speakers."""

    vectors: EmbeddingSet
    trials: Trials
    utt2spk: dict[str, str]

    @classmethod
    def open(cls, embeddings: Path, trials: Path, corpus: Path | None) -> "_Side":
        with blaming(trials):
            vectors, found = listed_trials(open_embeddings(embeddings), read_trials(trials))
        known = speakers_by_path(vectors.utts) if corpus is None else read_labels(corpus).utt2spk
        if missing := [utt for utt in vectors.utts if utt not in known]:
            raise InputError(f"{trials}: no speaker of {missing[0]!r} ({len(missing)} such); give --corpus")
        return cls(vectors, found, dict(known))

    @property
    def speakers(self) -> set[str]:
        return {self.utt2spk[utt] for utt in self.vectors.utts}

    def shown(self, net: Enhancer | None) -> EmbeddingSet:
        return self.vectors if net is None else apply_enhancer(self.vectors, net)


def table(
    *,
    enhancers: list[Path],
    embeddings: Path,
    valid_list: Path,
    test_list: Path,
    out: Path,
    corpus: Path | None = None,
    valid_embeddings: Path | None = None,
    num_replicates: int = 1000,
    seed: int = 0,
) -> None:
    """Compare enhancers on trials of unseen speakers with paired intervals, and keep the best.

    The best one is chosen on the validation list; the test list only tells what it is worth.

    Args:
        enhancers: Folders of nets and closed forms; their names are those of the rows.
        embeddings: Embeddings of the test list's lines, of any form.
        valid_list: Trials that choose.
        test_list: Trials that report, of other speakers.
        out: Folder of table.md, table.json, enhancers.png and, where one helps, `best`.
        corpus: Kaldi folder that knows the speakers; by default they are the ids' parts before the first "/".
        valid_embeddings: Embeddings of the validation list's lines; the same by default.
        num_replicates: Bootstrap replicates.
        seed: Of the bootstrap.
    """
    nets: dict[str, Enhancer | None] = {_PLAIN: None, **{one.name: load_enhancer(one) for one in enhancers}}
    if len(nets) <= len(enhancers):
        raise InputError("two enhancers have one name; rename a folder")
    valid = _Side.open(valid_embeddings or embeddings, valid_list, corpus)
    test = _Side.open(embeddings, test_list, corpus)
    if shared := sorted(valid.speakers & test.speakers):
        raise InputError(f"{len(shared)} speakers are in both lists, e.g. {shared[0]!r}")
    rows = {name: _row(name, net, valid, test, num_replicates, seed) for name, net in nets.items()}
    best = min(rows, key=lambda name: _number(rows[name], "valid_eer"))
    write_json(out / "table.json", list(rows.values()))
    text = _markdown(rows, best)
    with atomic_path(out / "table.md") as partial:
        partial.write_text(text, encoding="utf-8")
    estimates = tuple((name, _estimate(row)) for name, row in rows.items())
    save_png(intervals_matplotlib([IntervalSeries("EER", estimates)]), out / "enhancers.png")
    print(text)
    _keep(best, {one.name: one for one in enhancers}, out / "best")


def _row(
    name: str, net: Enhancer | None, valid: _Side, test: _Side, num_replicates: int, seed: int
) -> ResultRow:
    chosen = score_trials(valid.shown(net), valid.trials).values
    scores, plain = (score_trials(test.shown(each), test.trials) for each in (net, None))
    labels = ResultLabels(name, "test", "test_list")
    row = evaluate(scores, test.trials, test.utt2spk, labels=labels, num_replicates=num_replicates, seed=seed)
    row["valid_eer"] = eer(chosen[valid.trials.target], chosen[~valid.trials.target]).value
    if net is not None:
        row |= compare(
            scores,
            plain,
            test.trials,
            test.utt2spk,
            labels=labels,
            reference=_PLAIN,
            num_replicates=num_replicates,
            seed=seed,
        )
    return row


def _markdown(rows: dict[str, ResultRow], best: str) -> str:
    lines = [
        "| enhancer | validation EER % | test EER % | difference (95 % interval) | relative | minDCF 0.01 |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        gap = " | "
        if "difference" in row:
            ends = [100 * _number(row, f"difference{end}") for end in ("", "_low", "_high")]
            relative = row["relative"]
            share = f"{100 * relative:+.1f} %" if isinstance(relative, int | float) else ""
            gap = f"{ends[0]:+.2f} [{ends[1]:+.2f}, {ends[2]:+.2f}] | {share}"
        mark = " (chosen)" if name == best else ""
        rates = f"{100 * _number(row, 'valid_eer'):.2f} | {100 * _number(row, 'eer'):.2f}"
        lines.append(f"| {name}{mark} | {rates} | {gap} | {_number(row, 'min_dcf_0.01'):.4f} |")
    return "\n".join(lines) + "\n"


def _keep(best: str, folders: dict[str, Path], target: Path) -> None:
    if best not in folders:
        shutil.rmtree(target, ignore_errors=True)
        print("no enhancer lowers the EER of the validation list; none is kept")
        return
    with atomic_folder(target) as part:
        for name in ("config.yaml", "model.safetensors"):
            shutil.copyfile(folders[best] / name, part / name)
    print(f"{target}: {best}")


def _estimate(row: ResultRow) -> Estimate:
    return Estimate(_number(row, "eer"), _number(row, "eer_low"), _number(row, "eer_high"))


def _number(row: ResultRow, name: str) -> float:
    value = row[name]
    return float(value) if isinstance(value, int | float) else float("nan")
