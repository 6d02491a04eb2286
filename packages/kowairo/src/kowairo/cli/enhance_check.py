"""Command `kowairo enhance check`."""

from pathlib import Path

from kowairo.cli.metrics import marked
from kowairo.cli.trial_files import blaming
from kowairo.cli.trial_overlap import admitted_overlap
from kowairo.core import EmbeddingSet, Trials, open_embeddings, read_trials, write_json
from kowairo.data.enhancement_lists import listed_trials
from kowairo.enhance import apply_enhancer, load_enhancer
from kowairo.scoring import EERRule, eer, min_dcf, score_trials


def check(
    *,
    enhancer: Path,
    embeddings: Path,
    test_list: Path,
    foreign_embeddings: Path | None = None,
    foreign_list: Path | None = None,
    foreign_name: str = "libri",
    eer_rule: EERRule = "roc",
    p_target: float = 0.05,
    out: Path | None = None,
    allow_overlap: bool = False,
) -> None:
    """Compare EER and minDCF of embeddings as they are with those of enhanced ones, by cosine.

    Stops where the encoder of the embeddings was trained on audio or a speaker of the trials.

    Args:
        enhancer: Folder that `kowairo enhance train` or `kowairo enhance fit` wrote.
        embeddings: Embeddings of any form.
        test_list: Trials of these.
        foreign_embeddings: Embeddings of another corpus; the same by default.
        foreign_list: Trials of that corpus.
        foreign_name: What it is called.
        eer_rule: How the EER is read off: roc, max, mean ...
        p_target: Prior of a target of minDCF, costs 1 and 1.
        out: JSON file of the figures.
        allow_overlap: Compare on voices of the encoder's training too, and mark the figures.
    """
    net = load_enhancer(enhancer)
    lists = {"test": (test_list, embeddings)}
    if foreign_list is not None:
        lists[foreign_name] = (foreign_list, foreign_embeddings or embeddings)
    found: dict[str, dict[str, object]] = {}
    for name, (path, folder) in lists.items():
        given = read_trials(path)
        with blaming(path):
            vectors, trials = listed_trials(open_embeddings(folder), given)
        overlap = admitted_overlap(folder, trials, path, allow=allow_overlap)
        with blaming(path):
            sides = {"before": vectors, "after": apply_enhancer(vectors, net)}
            rates = {side: _figures(each, trials, eer_rule, p_target) for side, each in sides.items()}
        found[name] = {f"{figure}_{side}": rates[side][figure] for side in sides for figure in rates[side]}
        found[name] |= {} if overlap is None else {"overlap": overlap.as_json()}
        print(f"{name}: {_described(**rates)} ({len(trials)} trials){marked(overlap)}")
    if out is not None:
        write_json(out, found)


def _described(before: dict[str, float], after: dict[str, float]) -> str:
    return (
        f"EER {100 * before['eer']:.2f} % before, {100 * after['eer']:.2f} % after; "
        f"minDCF {before['min_dcf']:.4f} before, {after['min_dcf']:.4f} after"
    )


def _figures(vectors: EmbeddingSet, trials: Trials, rule: EERRule, p_target: float) -> dict[str, float]:
    values = score_trials(vectors, trials).values
    sides = values[trials.target], values[~trials.target]
    return {"eer": eer(*sides, rule=rule).value, "min_dcf": min_dcf(*sides, p_target=p_target).value}
