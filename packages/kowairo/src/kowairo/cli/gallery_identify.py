"""Commands `kowairo gallery identify|search|measure`: who is it, who sounds alike, how often is it wrong."""

import json as json_format
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np

from kowairo.cli.opened_gallery import choose_rule, open_embedder
from kowairo.core import InputError, KowairoError, write_json
from kowairo.data import AudioError
from kowairo.inference import Embedding, QualityError
from kowairo.inference.gallery import Candidate, Gallery, Identification
from kowairo.inference.gallery.open_set import leave_one_out, point_at_fpir


class UnknownSpeakerError(KowairoError):
    """Somebody was not recognised, and the user asked to be told by the exit status."""


def identify(
    *,
    gallery: str,
    files: list[str],
    encoder: str | None = None,
    threshold: float | None = None,
    margin: float | None = None,
    scoring: Literal["centroid", "mean", "max"] | None = None,
    top: int = 5,
    workers: int = 1,
    json: bool = False,
    exit_code: bool = False,
    any_quality: bool = False,
) -> None:
    """Say whose voices recordings are: `kowairo gallery identify --gallery G A.wav ...`.

    Without a threshold, and none kept by `gallery measure --keep`, candidates are listed and nobody is named.
    Recordings that cannot be used are named with the reason, and the exit status is 2.

    Args:
        gallery: Folder or URL.
        files: Recordings; without an option in front of them too.
        encoder: What opens the gallery's encoder, where that has moved.
        threshold: Lowest cosine at which the best voice is accepted; below it the speaker is unknown.
        margin: Least distance of the best voice from the second.
        scoring: Score of a voice: centroid (cosine with the mean of its references), mean, or max.
        top: Candidates to list.
        workers: Recordings in work at a time.
        json: Print one JSON object per recording.
        exit_code: Exit status 1 if one of them is nobody of the gallery.
        any_quality: Identify recordings below the bar of quality too.
    """
    opened = Gallery.open(gallery)
    rule = choose_rule(opened, threshold, margin, scoring)
    embedder = open_embedder(opened, encoder, any_quality=any_quality)
    found = list(embedder.embed_each(list(files), workers=workers))
    vectors = [one.vector for one in found if isinstance(one, Embedding)]
    answers = iter(
        opened.identify(np.stack(vectors), rule=rule, count=top, scoring=scoring) if vectors else ()
    )
    refused, unknown = 0, 0
    for name, one in zip(files, found, strict=True):
        answer = next(answers) if isinstance(one, Embedding) else one
        refused += isinstance(answer, InputError)
        unknown += isinstance(answer, Identification) and answer.voice is None
        print(_json_line(name, answer) if json else _line(name, answer))
    if refused:
        raise InputError(f"{refused} of {len(found)} recordings could not be used")
    if exit_code and unknown:
        raise UnknownSpeakerError(f"{unknown} of {len(found)} recordings are nobody of the gallery")


def search(
    *,
    gallery: str,
    voice: str | None = None,
    file: str | None = None,
    encoder: str | None = None,
    scoring: Literal["centroid", "mean", "max"] = "centroid",
    top: int = 10,
    json: bool = False,
) -> None:
    """Find the voices that sound like one of the gallery, or like a recording.

    Of each voice the reference is named that is nearest to one of the other, to be listened to.

    Args:
        gallery: Folder or URL.
        voice: A voice of the gallery.
        file: Or a recording.
        encoder: Of a recording: what opens the gallery's encoder, where that has moved.
        scoring: Score of a voice: centroid, mean or max.
        top: Voices to list.
        json: Print JSON.
    """
    opened = Gallery.open(gallery)
    if (voice is None) == (file is None):
        raise InputError("search needs one of --voice NAME and --file WAV")
    if voice is not None:
        rows = [
            {**asdict(one), **_nearest(opened, voice, one)}
            for one in opened.similar(voice, count=top, scoring=scoring)
        ]
    else:
        embedder = open_embedder(opened, encoder)
        vector = embedder.embed(str(file)).vector[None]
        rows = [asdict(one) for one in opened.candidates(vector, count=top, scoring=scoring)[0]]
    if json:
        print(json_format.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        heard = f"\t{row['own_source']} ~ {row['source']}" if "source" in row else ""
        print(f"{row['score']:.3f}\t{row['voice']}\t{row['num_references']} references{heard}")


def measure(
    *,
    gallery: str,
    fpir: float = 0.01,
    margin: float = 0.0,
    scoring: Literal["centroid", "mean", "max"] = "centroid",
    max_probes: int = 10_000,
    seed: int = 0,
    keep: bool = False,
    out: Path | None = None,
) -> None:
    """Measure how often a gallery would be wrong, by taking its references out one by one.

    Each is a known speaker with the rest of its voice in the gallery, and an unknown one with its voice taken
    out. The threshold keeps the rate of false alarms (FPIR) at what is asked for.

    Args:
        gallery: Folder or URL; voices need two references or more.
        fpir: Unknown speakers that may be taken for somebody of the gallery, a fraction.
        margin: Least distance of the best voice from the second.
        scoring: Score of a voice: centroid, mean or max.
        max_probes: References that are taken out at most.
        seed: Of the choice of these.
        keep: Keep threshold, margin and scoring with the gallery, for identify.
        out: Results file (JSON).
    """
    opened = Gallery.open(gallery)
    measured = leave_one_out(opened, scoring=scoring, max_probes=max_probes, seed=seed)
    print(f"{measured.num_voices} voices, {len(measured)} probes, scoring {scoring}")
    print(f"best voice is the own one: {100 * measured.top_1:.2f} %")
    point = point_at_fpir(measured, fpir=fpir, margin=margin)
    wrong = measured.wrong_voice(point.rule)
    print(
        f"threshold {point.rule.threshold:.4f}, margin {margin:g} at FPIR {100 * point.fpir:.2f} % "
        f"({point.num_alarms} alarms)"
    )
    print(f"known speakers not recognised (FNIR): {100 * point.fnir:.2f} %")
    print(f"taken for another of the gallery: {100 * wrong:.2f} %")
    if keep:
        opened.keep_rule(point.rule)
        print("kept with the gallery")
    if out is not None:
        figures = {
            "num_voices": measured.num_voices,
            "num_probes": len(measured),
            "top_1_accuracy": measured.top_1,
            **asdict(point.rule),
            "fpir": point.fpir,
            "fnir": point.fnir,
            "num_alarms": point.num_alarms,
            "wrong_voice": wrong,
        }
        write_json(out, figures)


def _nearest(gallery: Gallery, voice: str, other: Candidate) -> dict[str, Any]:
    own, theirs, cosine = gallery.closest_references(voice, other.voice)
    return {"own_source": own.source, "source": theirs.source, "closest": cosine}


def _json_line(name: str, answer: Identification | InputError) -> str:
    if isinstance(answer, Identification):
        return json_format.dumps({"file": name, **answer.as_json()}, ensure_ascii=False)
    refused = {"detail": str(answer)}
    if isinstance(answer, AudioError | QualityError):
        refused = {"reason": answer.reason, "detail": answer.detail}
    return json_format.dumps({"file": name, "voice": None, "refused": refused}, ensure_ascii=False)


def _line(name: str, answer: Identification | InputError) -> str:
    if isinstance(answer, InputError):
        reason = (
            f"{answer.reason}: {answer.detail}" if isinstance(answer, AudioError | QualityError) else answer
        )
        return f"{name}: refused: {reason}"
    said = {
        "identified": f"{answer.voice}",
        "below_threshold": "unknown",
        "ambiguous": "unknown, two voices are too close",
        "no_threshold": "no threshold",
    }[answer.verdict]
    listed = ", ".join(f"{one.voice} {one.score:.3f}" for one in answer.candidates)
    return f"{name}: {said} ({listed})"
