"""Command `kowairo score`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from kowairo.cli.saved_kinds import open_backend
from kowairo.cli.trial_files import blaming, read_trial_files, trial_place
from kowairo.cli.trial_overlap import refuse_overlap, set_overlap
from kowairo.core import (
    InputError,
    TableError,
    TrainingOverlap,
    iter_trial_blocks,
    open_embeddings,
    read_spk2enroll,
    read_table,
    write_overlap_note,
    write_trials,
)
from kowairo.scoring import Enrollment, TrialCounts, score_trial_file
from kowairo.scoring.calibration import read_durations
from kowairo.scoring.enrollment import EnrollmentMethod


def score(
    *,
    embeddings: Path,
    trials: Path,
    out: Path,
    nontarget_trials: Path | None = None,
    backend: Path | None = None,
    spk2enroll: Path | None = None,
    enrollment: EnrollmentMethod = "mean",
    top_k: int = 3,
    utt2dur: Path | None = None,
    skip_missing: bool = False,
    allow_overlap: bool = False,
) -> None:
    """Score trials by the cosine of their embeddings, or by a fitted back-end; lists of any length.

    Stops where the encoder of the embeddings was trained on audio or a speaker of the trials.

    Args:
        embeddings: Embedding set, folder of .npy files, Kaldi scp or ark, or text vectors.
        trials: Trial list: `enroll test target|nontarget`, `1|0 enroll test`, or with nontarget_trials the
            target pairs alone, `enroll<TAB>test`.
        out: Score file, `enroll test score` lines.
        nontarget_trials: Non-target pairs of a list that comes as two files.
        backend: Folder that `kowairo backend fit` wrote; without one the cosine of the embeddings.
        spk2enroll: Table `model utterance utterance ...` for lists whose enrolment side names models.
        enrollment: How a model's utterances become one score.
        top_k: Scores that the enrolment `top_k` averages.
        utt2dur: Seconds of each utterance; the enrolment `concat` needs it.
        skip_missing: Leave out and count trials with a side that has no usable embedding.
        allow_overlap: Score trials on voices of the encoder's training too; the scores are marked, and what
            is measured on them.
    """
    models = None if spk2enroll is None else read_spk2enroll(spk2enroll)
    durations = None if utt2dur is None else read_durations(read_table(utt2dur))
    overlap = None
    if TrainingOverlap.of_set(embeddings) is not None:
        overlap = set_overlap(embeddings, _utterances(trials, nontarget_trials, models or {}))
        refuse_overlap(overlap, trials, allow=allow_overlap)
    vectors, chosen = open_embeddings(embeddings), None if backend is None else open_backend(backend)

    def score_list(path: Path) -> TrialCounts:
        return score_trial_file(
            vectors,
            path,
            out,
            backend=chosen,
            skip_missing=skip_missing,
            spk2enroll=models,
            enrollment=Enrollment(method=enrollment, top_k=top_k),
            utt2dur=durations,
        )

    with blaming(embeddings):
        if nontarget_trials is None:
            counts = score_list(trials)
        else:
            counts = _score_pair(score_list, trials, nontarget_trials)
    if not counts.num_scored:
        out.unlink()
        raise InputError(f"{trials}: no trial has embeddings in {embeddings}")
    write_overlap_note(out, overlap)
    marked = f" (marked: {overlap})" if overlap else ""
    print(f"{out}: {counts.num_scored} scores{_left_out(counts)}{marked}")


def _utterances(trials: Path, nontarget_trials: Path | None, models: Mapping[str, Sequence[str]]) -> set[str]:
    """Utterances of the trials; those of a model in place of its name."""
    found: set[str] = set()
    if nontarget_trials is not None:
        pair = read_trial_files(trials, nontarget_trials)
        found.update(pair.enroll, pair.test)
    else:
        for block in iter_trial_blocks(trials):
            found.update(block.enroll.texts(), block.test.texts())
    return {utt for name in found for utt in models.get(name, [name])}


def _score_pair(
    score_list: Callable[[Path], TrialCounts], trials: Path, nontarget_trials: Path
) -> TrialCounts:
    """Score two unlabelled files as one labelled list; messages name the place in the given files."""
    with TemporaryDirectory() as folder:
        joined = Path(folder) / "trials"
        write_trials(joined, read_trial_files(trials, nontarget_trials))
        try:
            return score_list(joined)
        except TableError as error:
            place = trial_place(error.line - 1, trials, nontarget_trials)
            raise TableError(*place, error.message) from error


def _left_out(counts: TrialCounts) -> str:
    skipped = counts.num_missing + counts.num_unusable
    if not skipped:
        return ""
    reasons = f"{counts.num_missing} missing, {counts.num_unusable} unusable embeddings"
    return f", {skipped} trials left out ({reasons})"
