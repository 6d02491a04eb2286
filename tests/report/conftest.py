"""A made-up experiment folder: what the recipe leaves behind, in small."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kowairo.core import (
    AudioRef,
    Corpus,
    EmbeddingSet,
    Scores,
    Trials,
    write_json,
    write_scores,
    write_trials,
)
from kowairo.scoring import ResultLabels, compare, evaluate_conditions, score_trials

HOSTILE_NAME = "<script>alert(1)</script>"
EMOTIONS = ("normal", "whisper", "shout", "cry")
METRICS = (
    *("epoch", "step", "loss", "accuracy", "closed_accuracy", "macro_precision", "macro_recall", "macro_f1"),
    *("valid_eer", "lr", "margin_rad"),
)
NAMES = ("七海", "Rin", "Haruka", "蓮", "Mio", "Sora", "Yui", "Kaito")


@pytest.fixture(scope="session")
def experiment_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exp")
    write_experiment(folder, characters=6, lines=6, replicates=20)
    return folder


@pytest.fixture(scope="session")
def report_folder(experiment_folder, tmp_path_factory):
    from kowairo.report import make_report

    out = tmp_path_factory.mktemp("report")
    make_report(experiment_folder, out, title="Made-up <novel>", max_clips=8)
    return out


@pytest.fixture
def corpus(experiment_folder):
    return Corpus.read(experiment_folder / "data" / "test")


@pytest.fixture
def embeddings(experiment_folder):
    return EmbeddingSet.load(experiment_folder / "embeddings" / "ecapa" / "test")


def write_experiment(folder: Path, *, characters: int, lines: int, replicates: int, seed: int = 0) -> None:
    """Write everything that a finished recipe leaves; the last character has a hostile name."""
    rng = np.random.default_rng(seed)
    corpus = make_corpus(folder / "audio", characters, lines, rng)
    for name in ("all", "train", "valid", "test"):
        corpus.write(folder / "data" / name)
    trials = make_trials(corpus, rng)
    write_trials(folder / "data" / "test" / "trials", trials)
    center = rng.normal(size=(characters, 16))
    speakers = corpus.speakers
    rows = np.array([speakers.index(corpus.utt2spk[utt]) for utt in corpus.utts])
    results = {}
    for system, noise in (("ecapa", 0.9), ("mfcc", 1.6), ("ecapa+linear_v1", 0.8), ("ecapa+linear_v3", 1.0)):
        vectors = (center[rows] + noise * rng.normal(size=(len(rows), 16))).astype(np.float32)
        embeddings = EmbeddingSet(vectors, corpus.utts, {"encoder": system})
        embeddings.save(folder / "embeddings" / system / "test")
        results[system] = score_trials(embeddings, trials)
    for system, scores in results.items():
        for norm, scale in (("none", 1.0), ("as", 4.0)):
            scaled = Scores(scores.enroll, scores.test, scores.values * scale)
            write_result(
                folder, scaled, trials, corpus, ResultLabels(system, "test", "trials", norm), replicates
            )
    write_comparisons(folder, results, trials, corpus, replicates)
    write_logs(folder, rng)


def make_corpus(folder, characters, lines, rng):
    folder.mkdir(parents=True)
    audio, utt2spk, tables = (
        {},
        {},
        {name: {} for name in ("text", "utt2dur", "utt2emotion", "utt2kind", "utt2title")},
    )
    actor_of, name_of = {}, {}
    for c in range(characters):
        name = HOSTILE_NAME if c == characters - 1 else NAMES[c % len(NAMES)]
        speaker = f"{'海の歌' if c % 2 else 'Harbour'}/{name}-{c}"
        actor_of[speaker], name_of[speaker] = f"actor {c // 2}", name
        for n in range(lines):
            utt = f"c{c:03d}-{n:03d}"
            seconds = rng.uniform(0.6, 1.0) if n % 3 else 2.5
            time = np.arange(int(seconds * 16000)) / 16000
            tone = sum(np.sin(2 * np.pi * (110 + 17 * c) * k * time) / k for k in range(1, 6))
            soundfile.write(folder / f"{utt}.wav", 0.2 * tone * (0.6 + 0.4 * np.sin(9 * time)), 16000)
            audio[utt], utt2spk[utt] = AudioRef(folder / f"{utt}.wav"), speaker
            values = ("約束だよ、明日もここで会おうね。" * (n % 4 + 1), f"{seconds:.3f}", EMOTIONS[n % 4])
            kind = "nonverbal" if n % 5 == 4 else "speech"
            title = speaker.split("/")[0]
            for table, value in zip(tables, (*values, kind, title), strict=True):
                tables[table][utt] = value
    return Corpus(audio, utt2spk, tables, {"spk2va": actor_of, "spk2name": name_of})


def make_trials(corpus, rng):
    pairs = [(a, b) for i, a in enumerate(corpus.utts) for b in corpus.utts[i + 1 :]]
    chosen = [pairs[i] for i in rng.permutation(len(pairs))[:3000]]
    same = np.array([corpus.utt2spk[a] == corpus.utt2spk[b] for a, b in chosen])
    return Trials([a for a, _ in chosen], [b for _, b in chosen], same)


def write_result(folder, scores, trials, corpus, labels, replicates):
    name = f"{labels.trials}.{labels.normalization}"
    write_scores(folder / "scores" / labels.system / labels.set / f"{name}.txt", scores)
    rows = evaluate_conditions(scores, trials, corpus, labels=labels, num_replicates=replicates)
    write_json(folder / "results" / f"{labels.system}.{labels.set}.{name}.json", rows)
    others = [
        row | {"trials": other} for other in ("trials_same_actor", "trials_cross_title") for row in rows[:1]
    ]
    write_json(folder / "results" / f"{labels.system}.{labels.set}.other.{labels.normalization}.json", others)


def write_comparisons(folder, results, trials, corpus, replicates):
    for system, reference in (("ecapa", "mfcc"), ("ecapa+linear_v1", "ecapa"), ("ecapa+linear_v3", "ecapa")):
        row = compare(
            results[system],
            results[reference],
            trials,
            corpus.utt2spk,
            labels=ResultLabels(system, "test", "trials"),
            reference=reference,
            num_replicates=replicates,
        )
        write_json(folder / "results" / f"compare.{system}.{reference}.json", row)


def write_logs(folder, rng):
    for stage, name in enumerate(("1_largest", "2_all", "3_augmented", "4_merged")):
        write_metrics(folder / "train" / name, stage, rng)
    write_drops(folder)
    write_merges(folder)
    write_stage_records(folder)


def write_metrics(folder, stage, rng):
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("margin_rad: 0.2\n")
    with (folder / "metrics.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(METRICS)
        for epoch in range(6):
            gain = 1 - np.exp(-(6 * stage + epoch + 1) / 9)
            noise = rng.normal(0, 0.01)
            closed = "" if epoch == 0 else 0.9 * gain + noise
            row = [epoch, 40 * (epoch + 1), 12 - 9 * gain, 0.95 * gain, closed, 0, 0, closed]
            writer.writerow([*row, 0.4 - 0.3 * gain, 1e-3, 0.2])


def write_drops(folder):
    dropped = {"undecodable": 2, "too_short": 5, "duplicate_content": 1}
    report = {"kept": 1900, "speakers": 64, "dropped": dropped}
    write_json(folder / "data" / "all" / "drop_report.json", report)
    lines = [
        "utt\tpath\treason\tdetail",
        "x-1\taudio/壊れた 音.wav\tundecodable\tnot a sound file",
        "x-2\taudio/<b>.wav\tsilent\t",
    ]
    (folder / "data" / "all" / "dropped.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "truth.tsv").write_text("utt\ttruth\n", encoding="utf-8")


def write_merges(folder):
    write_json(folder / "merge" / "merge_map.json", {"Harbour2/Rin": "Harbour/Rin"})
    (folder / "merge" / "confusion.tsv").write_text(
        "first\tsecond\tmutual\nHarbour/Rin\tHarbour2/Rin\t0.61\n"
    )


def write_stage_records(folder):
    origin = {
        "commit": "0123abcd" * 5,
        "cpu": "Example CPU @ 2.1 GHz",
        "python": "3.11.9",
        "date": "2026-11-21T12:00:00+00:00",
    }
    for number, name in enumerate(("corpus", "splits", "augmentation", "train", "merge", "embed")):
        cost = {"wall_s": 3.7 * (number + 1) ** 2, "cpu_s": 6.1 * (number + 1) ** 2}
        record = {"stage": number, "name": name, "seed": 0, "config": {"conf": "mini"}, "provenance": origin}
        write_json(folder / "stages" / f"{number}.json", record | cost)
