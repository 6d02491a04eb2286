"""Command `kowairo similarity`: do synthesised voices sound like the real ones?"""

import json as json_format
from pathlib import Path

from kowairo.core import InputError, atomic_path
from kowairo.inference import SpeakerEmbedder
from kowairo.inference.similarity import Mean, SimilarityReport, measure_similarity
from kowairo.inference.similarity_pairs import Match, SimilarityPair, pair_folders, read_pairs

_FOLDERS = 2


def similarity(
    *,
    sources: list[Path],
    encoder: str = "base",
    match: Match = "file",
    point: str = "eer",
    out: Path | None = None,
    json: bool = False,
    strict: bool = False,
    workers: int = 2,
    num_replicates: int = 2000,
    seed: int = 0,
) -> None:
    """Compare synthesised recordings with real ones: `kowairo similarity PAIRS.tsv`, or `MADE/ REAL/`.

    Prints the mean cosine, log-likelihood ratio, and share that passes as one voice, with 95 % intervals over
    the voices.

    Args:
        sources: A table `synthesised TAB real [TAB speaker]`, or two folders; without an option too.
        encoder: Name (base, anime, campplus, ge2e), checkpoint folder, published file, or hub id.
        match: How folders are paired: file (same name) or speaker (same sub-folder, all its recordings).
        point: Operating point of the encoder's card above which a pair passes as one voice.
        out: Table of all pairs to write.
        json: Print JSON.
        strict: Fail when a pair could not be compared.
        workers: Recordings in work at a time.
        num_replicates: Bootstrap replicates of the intervals.
        seed: Seed of the bootstrap.
    """
    pairs = _pairs(sources, match)
    embedder = SpeakerEmbedder.from_pretrained(encoder)
    report = measure_similarity(
        embedder, pairs, point=point, workers=workers, num_replicates=num_replicates, seed=seed
    )
    if out is not None:
        _write(report, out)
    if json:
        described = {"encoder": encoder, "encoder_sha256": embedder.digest, **report.as_json()}
        print(json_format.dumps(described, ensure_ascii=False))
    else:
        print("\n".join(_lines(report)))
    if strict and report.refused:
        raise InputError(f"{len(report.refused)} pairs were refused; {next(iter(report.refused.values()))}")


def _pairs(sources: list[Path], match: Match) -> list[SimilarityPair]:
    if len(sources) == 1 and not sources[0].is_dir():
        return read_pairs(sources[0])
    if len(sources) == _FOLDERS:
        return pair_folders(sources[0], sources[1], match=match)
    raise InputError("similarity needs a table of pairs, or two folders: synthesised and real")


def _lines(report: SimilarityReport) -> list[str]:
    lines = [
        f"{len(report.scores)} pairs of {report.num_speakers} voices",
        f"cosine {_interval(report.cosine, '.4f')}",
    ]
    if report.llr is not None:
        lines.append(f"log-likelihood ratio {_interval(report.llr, '+.2f')}")
    if report.same is not None:
        lines.append(f"passes as one voice {_interval(report.same, '.1%')} [{report.point}]")
    for reason, count in report.reasons.items():
        lines.append(f"refused: {count} {reason}")
    return lines


def _interval(mean: Mean, form: str) -> str:
    return f"{mean.value:{form}} [{mean.low:{form}}, {mean.high:{form}}]"


def _write(report: SimilarityReport, out: Path) -> None:
    with atomic_path(out) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write("synthesised\treal\tspeaker\tcosine\tllr\tsame\n")
        for score in report.scores:
            pair = score.pair
            real = ";".join(map(str, pair.real))
            llr = "" if score.llr is None else f"{score.llr!r}"
            same = "" if score.same is None else str(score.same).lower()
            file.write(f"{pair.synthesised}\t{real}\t{pair.speaker}\t{score.cosine!r}\t{llr}\t{same}\n")
        for path, why in report.refused.items():
            file.write(f"{path}\t\t\t\t\trefused: {' '.join(why.split())}\n")
