"""How systems, normalisations, trial lists and conditions are called on screen."""

import re

_SYSTEMS = {"mfcc": "MFCC + LDA", "ecapa": "ECAPA"}
_NORMALIZATIONS = {
    "none": "none",
    "cosine": "none",
    "raw": "none",
    "plain": "none",
    "z": "Z-norm",
    "t": "T-norm",
    "s": "S-norm",
    "as": "AS-norm",
    "adaptive_s": "AS-norm",
    "zt": "ZT-norm",
    "tz": "TZ-norm",
    "az": "AZ-norm",
    "adaptive_z": "AZ-norm",
    "at": "AT-norm",
    "adaptive_t": "AT-norm",
    "llr": "calibrated",
}
_RATIOS = ("calibrated", "llr", "fused", "fusion", "qmf")
_SETS = {
    "test": "unseen characters, unseen actors",
    "test_noisy": "unseen characters, with noise, music and reverberation",
    "seen_actor": "unseen characters of seen actors",
    "valid": "validation characters",
    "closed": "held-out lines of training characters",
    "train": "training characters",
    "all": "everything imported",
}
_CONDITIONS = {
    "": "all trials",
    "all": "all trials",
    "noisy": "noise, music, rooms",
    "kind_speech": "words",
    "kind_nonverbal": "a non-verbal line",
    "emotion_same": "same emotion",
    "emotion_different": "different emotions",
    "title_same": "same title",
    "title_different": "different titles",
}
_TRIALS = {
    "trials": "headline",
    "trials_same_title": "same title",
    "trials_cross_title": "cross title",
    "trials_same_actor": "same actor",
    "trials_same_gender": "same gender",
    "trials_all": "all pairs",
    "trials_cross_character": "targets across characters",
}


def system_label(system: str) -> str:
    """Name of a system; the part after "+" is its enhancement net."""
    encoder, plus, enhancer = system.partition("+")
    label = _SYSTEMS.get(encoder, encoder)
    return f"{label} + {enhancer}" if plus else label


def normalization_label(normalization: str) -> str:
    """Name of what was done to scores; steps are joined by "+", e.g. "as+calibrated"."""
    if "+" in normalization:
        return ", ".join(normalization_label(step) for step in normalization.split("+"))
    key = normalization.lower().replace("-", "_").removesuffix("_norm").removesuffix("norm")
    return _NORMALIZATIONS.get(key, normalization or "none")


def is_ratio(normalization: str) -> bool:
    """Whether scores of that name are log-likelihood ratios: the last step calibrates or fuses."""
    return normalization.lower().rpartition("+")[2] in _RATIOS


def set_label(set_name: str) -> str:
    """What the members of a set are."""
    return _SETS.get(set_name, set_name)


def trials_label(trials: str) -> str:
    """Name of a trial list."""
    return _TRIALS.get(trials, trials.removeprefix("trials_").replace("_", " "))


def condition_label(condition: str) -> str:
    """Name of a subset of the trials."""
    known = _CONDITIONS.get(condition)
    spaced = re.sub(r"(\d)_(\d)", r"\1–\2", condition).replace("_", " ")
    return known or re.sub(r"(?<=\d)s$", " s", spaced)
