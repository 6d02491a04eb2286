"""Calibration of one evaluation's scores on the speakers of one of its sets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from kowairo.cli.evaluated_sets import CALIBRATED, HEADLINE, PLAIN, EvaluatedSet, Measurement
from kowairo.core import Trials
from kowairo.scoring import (
    Calibrator,
    LogisticCalibrator,
    align_scores,
    calibrate_scores,
    find_operating_points,
    fit_calibrator,
    shared_speakers,
    trial_speakers,
)


@dataclass(frozen=True, eq=False)
class SetCalibration:
    """The set whose headline trials calibrate the others."""

    development: EvaluatedSet
    """The set."""

    @classmethod
    def choose(
        cls, sets: Sequence[EvaluatedSet], names: Sequence[str], known: Collection[str], *, fewest: int
    ) -> Self | None:
        """Choose the first set that may be calibrated on; says why others may not.

        Args:
            sets: The evaluated sets.
            names: Names in order of preference; those that are not there are passed over.
            known: Speakers of the encoder's training and the cohort.
            fewest: Speakers that are enough.

        Returns:
            None if there is no such set.
        """
        by_name = {one.name: one for one in sets}
        for one in (by_name[name] for name in names if name in by_name and HEADLINE in by_name[name].lists):
            speakers = trial_speakers(one.lists[HEADLINE], one.tables.utt2spk)
            if len(speakers) < fewest:
                print(f"no calibration on {one.name}: {len(speakers)} speakers, {fewest} needed")
            elif speakers & set(known):
                print(f"no calibration on {one.name}: it shares speakers with the cohort")
            else:
                print(f"calibrated on {one.name}: {len(speakers)} speakers")
                return cls(one)
        print(f"not calibrated: none of {', '.join(names)} serves")
        return None

    def calibrate(
        self, calibrator: Calibrator | None, sets: Sequence[EvaluatedSet], measurement: Measurement
    ) -> None:
        """Calibrate every normalisation, and measure it on all sets of other speakers.

        Args:
            calibrator: Kind of calibration, None for logistic.
            sets: The evaluated sets.
            measurement: Where results go.
        """
        chosen, ours, others = calibrator or LogisticCalibrator(), self.development, self._others(sets)
        for normalization in [norm for trials, norm in ours.scores if trials == HEADLINE]:
            fit_calibrator(chosen, [ours.scores[HEADLINE, normalization]], ours.lists[HEADLINE])
            name = CALIBRATED if normalization == PLAIN else f"{normalization}+{CALIBRATED}"
            self._find_points(chosen, normalization, name, measurement)
            for one in others:
                for trials in one.lists:
                    ratios = calibrate_scores(chosen, [one.scores[trials, normalization]])
                    measurement.measure(one, trials, name, ratios)

    def _find_points(
        self, calibrator: Calibrator, normalization: str, name: str, measurement: Measurement
    ) -> None:
        ours = self.development
        trials, scores = ours.lists[HEADLINE], ours.scores[HEADLINE, normalization]
        points = find_operating_points(
            align_scores(calibrate_scores(calibrator, [scores]), trials),
            trials.target,
            *_speakers(ours, trials),
            trials=f"{ours.name}/{HEADLINE}",
            num_replicates=measurement.num_replicates,
            seed=measurement.seed,
        )
        points.save(measurement.files.operating_points(name))

    def _others(self, sets: Sequence[EvaluatedSet]) -> list[EvaluatedSet]:
        """Sets that share no speaker with the calibration trials."""
        ours = trial_speakers(self.development.lists[HEADLINE], self.development.tables.utt2spk)
        actors = {
            speaker: actor
            for one in sets
            for speaker, actor in one.tables.spk_tables.get("spk2va", {}).items()
        }
        theirs = {one.name: one.tables.speakers for one in sets if one is not self.development}
        shared = shared_speakers(ours, theirs, spk2va=actors)
        for name, speakers in shared.items():
            print(f"{name}: not calibrated, shares {len(speakers)} speakers with {self.development.name}")
        return [one for one in sets if one.name in theirs and one.name not in shared]


def _speakers(one: EvaluatedSet, trials: Trials) -> tuple[list[str], list[str]]:
    utt2spk = one.tables.utt2spk
    return [utt2spk[utt] for utt in trials.enroll], [utt2spk[utt] for utt in trials.test]
