"""Command `kowairo models calibrate`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.trial_overlap import refuse_overlap, set_overlap
from kowairo.core import Corpus, EmbeddingSet, InputError, encoder_folder, read_trials, speakers_of
from kowairo.inference import EmbeddingStatistics, embed_corpus
from kowairo.inference.card_calibration import LabelledTrials, calibration_facts
from kowairo.inference.more_trials import more_trials
from kowairo.models.card import update_card

TRIALS_NAME = "trials"


def calibrate_encoder(
    *,
    encoder: str,
    corpus: Path | None = None,
    check_corpus: Path | None = None,
    background: Path | None = None,
    work: Path | None = None,
    factor: int = 3,
    prior: float = 0.5,
    num_replicates: int = 1000,
    seed: int = 0,
    workers: int = 2,
) -> None:
    """Measure likelihood ratios and thresholds of an encoder's cosines, and write them into its card.

    `kowairo verify` then says what a cosine is worth.

    Args:
        encoder: Name or checkpoint folder; its card is changed.
        corpus: Kaldi folder of the development speakers with a list `trials`: nothing is reported on them.
        check_corpus: Another such folder of other speakers: whether the card's promise holds there is written
            beside it.
        background: Embedding set of many varied voices by this encoder, as of its training: the distance from
            them is measured beside every embedding from then on.
        work: Folder that keeps the embeddings of the trials, for another time.
        factor: Each non-target of the development list is joined by further pairs of its two speakers' lines
            up to so many, so that 30 errors place the threshold of a low false-alarm rate; 1 for none.
        prior: Prior of one voice at which the likelihood ratios shall be best.
        num_replicates: Bootstrap replicates of the intervals.
        seed: Seed of the bootstrap.
        workers: Lines in work at a time.
    """
    if corpus is None and background is None:
        raise InputError("models calibrate needs --corpus DIR or --background DIR")
    folder = encoder_folder(encoder)
    if background is not None:
        EmbeddingStatistics.fit(read_embeddings(background).vectors).save(folder)
    if corpus is None:
        return
    with TemporaryDirectory() as scratch:
        place = Path(scratch) if work is None else work
        development = _labelled(encoder, corpus, place / "development", workers, factor, seed)
        check = None
        if check_corpus is not None:
            check = _labelled(encoder, check_corpus, place / "check", workers)
        facts = calibration_facts(
            development, check=check, prior=prior, num_replicates=num_replicates, seed=seed
        )
    update_card(folder, facts)
    for name, point in facts["operating_points"]["points"].items():
        rates = f"FAR {100 * point['far']['value']:.2f} %, FRR {100 * point['frr']['value']:.2f} %"
        print(f"{name}: threshold {point['threshold']:.4f}, {rates}{_checked(facts, name)}")
    for name, reason in facts["operating_points"]["unsupported"].items():
        print(f"{name}: {reason}")


def _labelled(
    encoder: str, corpus: Path, out: Path, workers: int, factor: int = 1, seed: int = 0
) -> LabelledTrials:
    tables, trials = Corpus.read(corpus), read_trials(corpus / TRIALS_NAME)
    longer = more_trials(trials, tables, factor=factor, seed=seed)
    utts = sorted({*longer.enroll, *longer.test})
    tables = tables.subset(utts)
    embed_corpus(tables.audio, encoder, out, workers=workers, speakers=speakers_of(tables), strict=True)
    refuse_overlap(set_overlap(out, utts), corpus / TRIALS_NAME, allow=False)
    name = f"{corpus.name}/{TRIALS_NAME}" + ("" if factor == 1 else f" x {factor}")
    return LabelledTrials(name, EmbeddingSet.load(out), longer, tables.utt2spk)


def _checked(facts: dict[str, Any], name: str) -> str:
    if facts["checked"] is None:
        return ""
    sides = facts["checked"]["points"][name]
    kept = " and ".join(
        f"{side.upper()} {100 * rate['value']:.2f} %"
        + ("" if rate["kept"] else f" (misses by {100 * rate['missed_by']:.2f} %)")
        for side, rate in sides.items()
    )
    return f"; on {facts['checked']['trials']}: {kept}"
