"""Who may be in calibration trials: speakers that nothing else was fitted on or is measured with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kowairo.core import InputError, Trials


def trial_speakers(trials: Trials, utt2spk: Mapping[str, str]) -> set[str]:
    """Speakers of both sides of a trial list.

    Args:
        trials: The trials.
        utt2spk: Speaker of every utterance in them.

    Returns:
        Their speakers.

    Raises:
        InputError: An utterance has no speaker.
    """
    utts = set(trials.enroll) | set(trials.test)
    if missing := sorted(utts - utt2spk.keys()):
        raise InputError(f"no speaker for {len(missing)} utterances in utt2spk, the first is {missing[0]!r}")
    return {utt2spk[utt] for utt in utts}


def shared_speakers(
    speakers: Iterable[str],
    others: Mapping[str, Iterable[str]],
    *,
    spk2va: Mapping[str, str] | None = None,
) -> dict[str, list[str]]:
    """Speakers of a calibration list that are in other sets too.

    Args:
        speakers: Speakers of the calibration trials.
        others: Speakers by the name of their set, e.g. "encoder training", "cohort", "test".
        spk2va: Voice actor of characters: two characters of one actor then count as one speaker. A
            speaker without an entry is its own actor.

    Returns:
        By set name the calibration speakers that it shares, sorted; sets without any are left out.
    """
    actors = spk2va or {}
    ours = {actors.get(speaker, speaker): speaker for speaker in sorted(set(speakers), reverse=True)}
    shared = {
        name: sorted(
            ours[actor] for actor in {actors.get(speaker, speaker) for speaker in theirs} & ours.keys()
        )
        for name, theirs in others.items()
    }
    return {name: found for name, found in shared.items() if found}


def check_calibration_speakers(
    speakers: Iterable[str],
    *,
    encoder_training: Iterable[str] = (),
    cohort: Iterable[str] = (),
    test: Iterable[str] = (),
    spk2va: Mapping[str, str] | None = None,
) -> None:
    """Refuse calibration on speakers that the encoder, the cohort or the test knows.

    An encoder separates the speakers it was trained on better than new ones: calibrated on them, likelihood
    ratios and thresholds promise too much. With a speaker of the cohort the normalised scores of its trials
    are off, and with one of the test the test no longer says anything about new speakers.

    Args:
        speakers: Speakers of the calibration trials.
        encoder_training: Speakers that the encoder or the back-end was trained on.
        cohort: Speakers of the normalisation cohort.
        test: Speakers on which results will be reported.
        spk2va: As in ``shared_speakers``.

    Raises:
        InputError: A speaker is shared; the message names the first set and speaker.
    """
    others = {"encoder training": encoder_training, "cohort": cohort, "test": test}
    for name, found in shared_speakers(speakers, others, spk2va=spk2va).items():
        raise InputError(
            f"{len(found)} calibration speakers are also in the {name}, e.g. {found[0]!r}; "
            "calibrate on speakers that are in none of encoder training, cohort and test"
        )
