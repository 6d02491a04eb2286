"""What a card says that has to be computed first."""

from pathlib import Path
from typing import Any

from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming, read_scored_trials
from kowairo.cli.trial_overlap import refuse_overlap
from kowairo.core import read_overlap_note
from kowairo.scoring import align_scores, find_operating_points


def cosine_operating_points(scores: Path, trials: Path, corpus: Path) -> dict[str, Any]:
    """Find thresholds on development trials, for the card of the encoder that made the scores.

    A threshold stays only where at least 30 errors place it; the others are listed with the reason.

    Args:
        scores: Score file, cosines of the embeddings.
        trials: Trial list of speakers that nothing is reported on.
        corpus: Kaldi folder or utt2spk file with their speakers.

    Returns:
        Plain values, as `OperatingPoints.as_json` gives them, with `scores`: what the thresholds are on.

    Raises:
        InputError: A file is missing or broken, or the encoder was trained on these voices.
    """
    refuse_overlap(read_overlap_note(scores), trials, allow=False)
    found, listed = read_scored_trials(scores, trials)
    utt2spk = read_labels(corpus).utt2spk
    with blaming(trials):
        points = find_operating_points(
            align_scores(found, listed),
            listed.target,
            [utt2spk[utt] for utt in listed.enroll],
            [utt2spk[utt] for utt in listed.test],
            trials=f"{trials.parent.name}/{trials.name}",
        )
    return {"scores": "cosine", **points.as_json()}
