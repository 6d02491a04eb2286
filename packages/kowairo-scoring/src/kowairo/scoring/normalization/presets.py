"""Score normalisation as other toolkits do it, by name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from kowairo.core import InputError
from kowairo.scoring.normalization.adaptive_norm import Variant
from kowairo.scoring.normalization.adaptive_s import AdaptiveSNorm
from kowairo.scoring.normalization.cohort_recipe import CohortRecipe
from kowairo.scoring.normalization.s import Scale
from kowairo.scoring.normalization.score_normalizer import ScoreNormalizer
from kowairo.scoring.normalization.shared_speakers import SharedSpeakers

PresetName = Literal["wespeaker", "speechbrain", "hyperion", "espnet", "3d_speaker", "voiceprint_zh"]


@dataclass(frozen=True)
class NormalizerPreset:
    """A toolkit's AS-norm: its settings and its kind of cohort."""

    source: str
    """Where the settings are from, and what is particular."""
    top_n: int | None = None
    """Nearest cohort rows, None = the toolkit normalises no scores."""
    ddof: int = 0
    """0 = population deviation, 1 = sample deviation."""
    variant: Variant = "own"
    """Whose nearest rows."""
    scale: Scale = "half"
    """Divisor of the sum of both sides."""
    cohort: CohortRecipe = field(default_factory=CohortRecipe)
    """How the cohort is made."""

    def normalizer(self, *, shared_speakers: SharedSpeakers = "refuse") -> ScoreNormalizer | None:
        """Make an unfitted normaliser, or None if the toolkit has none.

        Args:
            shared_speakers: No toolkit looks whether the cohort holds a trial's speaker; this does.
        """
        if self.top_n is None:
            return None
        return AdaptiveSNorm(
            top_n=self.top_n,
            ddof=self.ddof,
            variant=self.variant,
            scale=self.scale,
            shared_speakers=shared_speakers,
        )


_PRESETS: dict[PresetName, NormalizerPreset] = {
    "wespeaker": NormalizerPreset(
        source="WeSpeaker, wespeaker/bin/score_norm.py, tools/vector_mean.py and examples/voxceleb/v2/run.sh "
        "(2026): top 300 of speaker means of raw embeddings, mean of the cohort's utterances subtracted, "
        "population deviation. Its snorm is SNorm with this cohort.",
        top_n=300,
        cohort=CohortRecipe(rows="speakers", average="raw", sub_mean="cohort"),
    ),
    "speechbrain": NormalizerPreset(
        source="SpeechBrain, recipes/VoxCeleb/SpeakerRec/speaker_verification_cosine.py and "
        "hparams/verification_ecapa.yaml (2026): what it calls s-norm, top 20,000 of utterances, sample "
        "deviation. Its z-norm and t-norm are AdaptiveZNorm and AdaptiveTNorm with ddof 1.",
        top_n=20000,
        ddof=1,
    ),
    "hyperion": NormalizerPreset(
        source="Hyperion, hyperion/score_norm/adapt_s_norm.py (2022): top 100 of the other side's nearest "
        "rows, population deviation floored at 1e-5, divided by the square root of 2. Without its masks: "
        "masked scores become 0 there and can win.",
        top_n=100,
        variant="cross",
        scale="sqrt2",
    ),
    "espnet": NormalizerPreset(
        source="ESPnet, egs2/TEMPLATE/asr1/pyscripts/utils/spk_apply_score_norm.py (2026) with average_spk: "
        "cohort scores are negative Euclidean distances from means of unit-length embeddings, which are "
        "not scaled again; top 400, sample deviation. One embedding per utterance.",
        top_n=400,
        ddof=1,
        cohort=CohortRecipe(rows="speakers", similarity="euclidean"),
    ),
    "3d_speaker": NormalizerPreset(
        source="3D-Speaker, speakerlab/bin/compute_score_metrics.py (2025): cosines as they are."
    ),
    "voiceprint_zh": NormalizerPreset(
        source="The Chinese ECAPA voiceprint project, tools/eval_network.py: top 300 of utterances, sample "
        "deviation.",
        top_n=300,
        ddof=1,
    ),
}


def normalizer_preset(name: PresetName, *, top_n: int | None = None) -> NormalizerPreset:
    """Look up how another toolkit normalises scores.

    Args:
        name: The toolkit.
        top_n: Other number of nearest rows, None = the toolkit's. It cannot exceed the cohort here, where
            most of them silently take all rows.

    Returns:
        The settings: ``preset.cohort.make(...)`` makes the cohort, ``preset.normalizer()`` the normaliser.

    Raises:
        InputError: The name is unknown, or ``top_n`` is given for a toolkit without normalisation.
    """
    if name not in _PRESETS:
        raise InputError(f"expected a preset of {', '.join(get_args(PresetName))}, got {name!r}")
    preset = _PRESETS[name]
    if top_n is None:
        return preset
    if preset.top_n is None:
        raise InputError(f"{name} does not normalise scores, so that top_n has no meaning")
    return replace(preset, top_n=top_n)
