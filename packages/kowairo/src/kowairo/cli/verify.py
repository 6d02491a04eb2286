"""Command `kowairo verify`: one voice or two?"""

import json as json_format
from pathlib import Path
from typing import Literal

from kowairo.core import InputError, KowairoError
from kowairo.data import AudioError
from kowairo.inference import QualityError, SpeakerEmbedder
from kowairo.inference.verdict_texts import decision, refusal, verdict_lines
from kowairo.inference.verification import verify as verify_voices

FEWEST_FILES = 2


class DifferentSpeakersError(KowairoError):
    """The verdict is no, and the user asked to be told by the exit status."""


def verify(
    *,
    files: list[Path],
    encoder: str = "base",
    point: str | None = None,
    threshold: float | None = None,
    prior: float = 0.5,
    lang: Literal["en", "ja", "zh", "ru"] = "en",
    json: bool = False,
    exit_code: bool = False,
    any_quality: bool = False,
    precision: Literal["auto", "fp32", "bf16"] = "fp32",
) -> None:
    """Say whether recordings are one voice: `kowairo verify KNOWN.wav [KNOWN2.wav ...] QUESTIONED.wav`.

    The last file is compared with all before it together. A recording that is silent, too short or clipped to
    pieces gets no number, and the exit status is 2.

    Args:
        files: The files; without an option in front of them too.
        encoder: Name (base, anime, campplus, ge2e), checkpoint folder, published file, or hub id.
        point: Operating point of the encoder's card: eer (the default if there), far_0.01, min_dcf_0.05 ...
        threshold: Threshold on the cosine in its place.
        prior: Your own prior that it is one voice, for the probability.
        lang: Language of the answer: en, ja, zh, ru.
        json: Print everything as JSON, in English words.
        exit_code: Exit status 1 if it is not one voice.
        any_quality: Compare recordings below the bar of quality too.
        precision: fp32 or bf16 products; auto: bf16 where it is faster and agrees, which takes longer to find
            out than it saves on a few files.
    """
    if len(files) < FEWEST_FILES:
        raise InputError(f"verify needs two files or more, got {len(files)}")
    embedder = (
        SpeakerEmbedder.from_pretrained(encoder, precision=precision, bar=None)
        if any_quality
        else SpeakerEmbedder.from_pretrained(encoder, precision=precision)
    )
    try:
        verdict = verify_voices(
            embedder, list(files[:-1]), files[-1], point=point, threshold=threshold, prior=prior
        )
    except (AudioError, QualityError) as error:
        if json:
            refused = {"file": error.source, "reason": error.reason, "detail": error.detail}
            print(json_format.dumps({"same": None, "refused": refused}, ensure_ascii=False))
        raise InputError(refusal(error, lang)) from error
    if json:
        described = {"encoder": encoder, "encoder_sha256": embedder.digest, **verdict.as_json()}
        print(json_format.dumps(described, ensure_ascii=False))
    else:
        print("\n".join(verdict_lines(verdict, lang)))
    if exit_code and verdict.same is None:
        raise InputError(decision(verdict, lang))
    if exit_code and not verdict.same:
        raise DifferentSpeakersError(f"{files[-1]}: {decision(verdict, lang)}")
