"""Command `kowairo normalize`."""

from dataclasses import replace
from pathlib import Path

from kowairo.cli.embedding_sources import read_embeddings
from kowairo.cli.label_tables import read_labels
from kowairo.cli.saved_kinds import open_backend, open_normalizer
from kowairo.cli.trial_files import blaming
from kowairo.cli.trial_overlap import hand_on_overlap
from kowairo.core import Corpus, EmbeddingSet, InputError, iter_score_blocks
from kowairo.scoring import Backend, Cohort, CohortRecipe, ScoreNormalizer, normalizer_preset, transform_set
from kowairo.scoring.normalization import PresetName, SharedSpeakers
from kowairo.scoring.normalization.cohort_recipe import CohortRows


def normalize(
    *,
    scores: Path,
    out: Path,
    statistics: Path | None = None,
    embeddings: Path | None = None,
    corpus: Path | None = None,
    cohort_embeddings: Path | None = None,
    cohort_corpus: Path | None = None,
    normalizer: ScoreNormalizer | None = None,
    preset: PresetName | None = None,
    top_n: int | None = None,
    shared_speakers: SharedSpeakers = "refuse",
    cohort_rows: CohortRows | None = None,
    num_clusters: int = 1000,
    backend: Path | None = None,
    save: Path | None = None,
    skip_missing: bool = False,
) -> None:
    """Normalise scores by those of impostors from a cohort that shares no speaker with the trials.

    Either fits a normaliser (embeddings, cohort_embeddings, and normalizer or preset), or applies saved
    statistics. Memory does not grow with the number of scores.

    Args:
        scores: Score file.
        out: Score file to write.
        statistics: Folder that `save` wrote: then nothing is fitted.
        embeddings: Embeddings of the trials' utterances, of any form.
        corpus: Kaldi folder of the trials' utterances, or a file in the form of utt2spk.
        cohort_embeddings: Embeddings of the cohort, of any form.
        cohort_corpus: Kaldi folder of the cohort, or a file in the form of utt2spk.
        normalizer: ZNorm, TNorm, ZTNorm, TZNorm, SNorm, AdaptiveZNorm, AdaptiveTNorm, AdaptiveSNorm ... with
            its settings.
        preset: Normaliser and cohort of another toolkit, in place of normalizer and cohort_rows.
        top_n: Nearest cohort rows, in place of the preset's.
        shared_speakers: With a preset: refuse a cohort with a speaker of the trials, or exclude its rows.
        cohort_rows: A row per utterance, the mean of each speaker (default), or k-means clusters.
        num_clusters: Rows of clusters.
        backend: Folder of the back-end that the scores were made by.
        save: Folder that keeps the statistics of every utterance in embeddings, for other trials.
        skip_missing: Leave out and count trials with an utterance that was not measured.
    """
    if statistics is not None:
        if normalizer is not None or preset is not None or embeddings is not None:
            raise InputError("give either --statistics, or what a normaliser is fitted on")
        fitted, described = open_normalizer(statistics), f"statistics of {statistics}"
    else:
        if embeddings is None or cohort_embeddings is None:
            raise InputError("normalize needs --statistics DIR, or --embeddings and --cohort_embeddings")
        fitted, recipe = _choose(normalizer, preset, top_n, shared_speakers, cohort_rows)
        recipe = replace(recipe, num_clusters=num_clusters)
        back = None if backend is None else _cosine_backend(backend)
        cohort = read_cohort(cohort_embeddings, cohort_corpus, recipe, backend=back)
        wanted = None if save is not None else _utterances(scores)
        vectors = _transformed(read_embeddings(embeddings, wanted=wanted, skip_missing=skip_missing), back)
        with blaming(embeddings):
            fitted.fit(vectors, cohort, utt2spk=None if corpus is None else read_labels(corpus).utt2spk)
        if save is not None:
            fitted.save(save)
        described = f"cohort of {len(cohort)} {recipe.rows}"
    with blaming(scores):
        counts = fitted.transform_file(scores, out, skip_missing=skip_missing)
    hand_on_overlap([scores], out)
    left_out = f", {counts.skipped} trials left out" if counts.skipped else ""
    print(f"{out}: {counts.written} scores, {described}{left_out}")


def read_cohort(
    embeddings: Path, corpus: Path | None, recipe: CohortRecipe, *, backend: Backend | None = None
) -> Cohort:
    """Make a cohort of stored embeddings.

    Args:
        embeddings: Embeddings of any form; utterances that the corpus does not have are not used.
        corpus: Kaldi folder that knows the speakers, None if nothing does.
        recipe: What the rows are.
        backend: Fitted back-end to apply first.

    Raises:
        InputError: Files are missing or broken, or the rows are speakers and there is no corpus.
    """
    tables: Corpus | None = None if corpus is None else read_labels(corpus)
    vectors = read_embeddings(embeddings, wanted=None if tables is None else tables.utt2spk.keys())
    speakers = None if tables is None else [tables.utt2spk[utt] for utt in vectors.utts]
    with blaming(embeddings):
        return recipe.make(_transformed(vectors, backend).vectors, speakers)


def _choose(
    normalizer: ScoreNormalizer | None,
    preset: PresetName | None,
    top_n: int | None,
    shared_speakers: SharedSpeakers,
    cohort_rows: CohortRows | None,
) -> tuple[ScoreNormalizer, CohortRecipe]:
    if (normalizer is None) == (preset is None):
        raise InputError("normalize needs one of --normalizer CLASS and --preset NAME")
    if normalizer is not None:
        if top_n is not None:
            raise InputError("top_n goes with a preset; give it to the normaliser as --normalizer.top_n")
        return normalizer, CohortRecipe(rows=cohort_rows or "speakers")
    if preset is None or cohort_rows is not None:
        raise InputError("a preset brings its own kind of cohort; leave cohort_rows out")
    chosen = normalizer_preset(preset, top_n=top_n)
    made = chosen.normalizer(shared_speakers=shared_speakers)
    if made is None:
        raise InputError(f"{preset} does not normalise scores: use them as they are")
    return made, chosen.cohort


def _utterances(scores: Path) -> set[str]:
    found: set[str] = set()
    for block in iter_score_blocks(scores):
        found.update(block.enroll.texts(), block.test.texts())
    return found


def _cosine_backend(folder: Path) -> Backend:
    backend = open_backend(folder)
    if backend.score_kind != "cosine":
        raise InputError(f"{folder}: its scores are no cosines; cohort scores would be of another kind")
    return backend


def _transformed(embeddings: EmbeddingSet, backend: Backend | None) -> EmbeddingSet:
    return embeddings if backend is None else transform_set(embeddings, backend)
