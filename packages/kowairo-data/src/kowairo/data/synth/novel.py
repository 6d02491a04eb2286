"""The synthetic visual novel: a corpus of acted voices that anyone can make at home.

All its voices derive from one synthetic voice. Figures obtained on it show that a pipeline works; they say
nothing about real voices.
"""

import logging
from dataclasses import asdict
from hashlib import sha256
from json import dumps
from pathlib import Path

import soundfile

from kowairo.core import AudioRef, Corpus, InputError, atomic_path, read_json, write_json
from kowairo.data.synth.cast import Cast, make_cast
from kowairo.data.synth.plan import Line, make_plan
from kowairo.data.synth.pool import map_in_processes
from kowairo.data.synth.render import Scene, audio_path, make_scenes, record_scene
from kowairo.data.synth.speak import require

logger = logging.getLogger(__name__)

AUDIO_FOLDER = "audio"
PLAN_FILE = "plan.json"


def synthesize(out: Path, *, characters: int = 64, lines: int = 30, seed: int = 0, workers: int = 2) -> None:
    """Make the synthetic visual novel as a Kaldi folder.

    The same arguments give the same files bit for bit (on one machine), whatever the number of workers. A
    killed run continues with the recordings that are missing; the tables are written at the end.

    Written: ``wav.scp``, ``utt2spk``, ``spk2utt``, ``text`` (spoken lines only), ``utt2dur`` (seconds, 0.000
    where the file cannot be read), ``utt2title``, ``utt2emotion``, ``utt2kind``, ``spk2va``, ``spk2name``,
    ``spk2title``, ``spk2gender``, ``spk2voice`` (equal for two speakers that are one voice), ``spk2corpus``
    (names the cast: another cast has the same speaker ids), ``spk2side`` ("train" for characters that must
    stay on the training side: the planted errors are theirs), and the truth about the planted errors in
    ``truth.json`` and ``truth.tsv``.

    Args:
        out: folder to write; made when missing.
        characters: speakers, at least 8; one of them is a character who is back in the sequel.
        lines: recordings per speaker.
        seed: seed of everything.
        workers: processes; 1 works in this process.

    Raises:
        InputError: a number is out of range, or the folder holds a novel of other arguments.
        KowairoError: the extra ``synth`` is not installed.
    """
    if lines < 1 or workers < 1:
        raise InputError(f"expected at least one line and one worker, got lines={lines}, workers={workers}")
    cast = make_cast(characters, seed=seed)
    plan = make_plan(cast, lines=lines, seed=seed)
    for module in ("pyopenjtalk", "pyworld"):
        require(module)
    _claim(Path(out), cast, plan)
    scenes = make_scenes(cast, plan, Path(out) / AUDIO_FOLDER, seed=seed)
    _record(scenes, workers=workers)
    make_corpus(cast, plan, Path(out) / AUDIO_FOLDER).write(out)
    _write_truth(Path(out), plan)


def make_corpus(cast: Cast, plan: tuple[Line, ...], folder: Path) -> Corpus:
    """Tables of the recorded novel.

    Args:
        cast: the cast.
        plan: the lines.
        folder: folder of the audio files, all recorded.

    Returns:
        The corpus.
    """
    titles = {person.speaker: person.title for person in cast.characters}
    utt_tables = {
        "text": {line.utt: line.text for line in plan if line.kind == "speech"},
        "utt2dur": {line.utt: f"{_duration_s(audio_path(line, folder)):.3f}" for line in plan},
        "utt2title": {line.utt: titles[line.speaker] for line in plan},
        "utt2emotion": {line.utt: str(line.emotion) for line in plan},
        "utt2kind": {line.utt: str(line.kind) for line in plan},
    }
    spk_tables = {
        "spk2va": {person.speaker: person.actor for person in cast.characters},
        "spk2name": {person.speaker: person.name for person in cast.characters},
        "spk2title": titles,
        "spk2gender": {person.speaker: str(person.gender) for person in cast.characters},
        "spk2voice": {person.speaker: person.voice_id for person in cast.characters},
        "spk2side": {person.speaker: "train" for person in cast.characters if person.must_train},
        # Speakers of another cast have the same ids and are other people.
        "spk2corpus": dict.fromkeys(titles, f"novel-{_digest(asdict(cast))[:12]}"),
    }
    audio = {line.utt: AudioRef(audio_path(line, folder), None) for line in plan}
    return Corpus(audio, {line.utt: line.speaker for line in plan}, utt_tables, spk_tables)


def _claim(out: Path, cast: Cast, plan: tuple[Line, ...]) -> None:
    """Mark the folder as this novel's, so that a run with other arguments does not mix in its files."""
    ours = {
        "sha256": _digest([asdict(cast), [asdict(line) for line in plan]]),
        "speakers": len(cast.characters),
        "lines": len(plan),
    }
    if not (out / PLAN_FILE).exists():
        write_json(out / PLAN_FILE, ours)
    elif read_json(out / PLAN_FILE) != ours:
        raise InputError(f"{out} holds a novel of other arguments; remove it or choose another folder")


def _digest(described: object) -> str:
    return sha256(dumps(described, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _record(scenes: list[Scene], *, workers: int) -> None:
    """Record all scenes, in processes of their own where there are several workers."""
    done = 0
    for number, written in enumerate(map_in_processes(record_scene, scenes, workers=workers), start=1):
        done += written
        if number % 50 == 0 or number == len(scenes):
            logger.info("synthetic novel: sentence %d of %d, %d lines recorded", number, len(scenes), done)


def _duration_s(path: Path) -> float:
    """Duration by the file's header, 0 for a file that has none."""
    try:
        info = soundfile.info(path)
    except soundfile.LibsndfileError:
        return 0.0
    return float(info.frames) / float(info.samplerate)


def _write_truth(out: Path, plan: tuple[Line, ...]) -> None:
    """What is wrong with which recording, and who really speaks."""
    flawed = [line for line in plan if line.flaw != "none"]
    rows = [
        {"utt": line.utt, "flaw": line.flaw, "speaker": line.speaker, "true_speaker": line.voice}
        for line in flawed
    ]
    write_json(out / "truth.json", rows)
    with atomic_path(out / "truth.tsv") as partial:
        table = ["\t".join(rows[0])] + ["\t".join(row.values()) for row in rows] if rows else []
        partial.write_text("".join(f"{row}\n" for row in table), encoding="utf-8")
