"""A small evaluation folder: one system plain, normalised and calibrated, and a second one."""

import shutil

import numpy as np
import pytest
import soundfile

from kowairo.core import AudioRef, Corpus, Scores, Trials, write_json, write_scores, write_trials
from kowairo.report.evaluation import read_evaluation
from kowairo.scoring import ResultLabels, evaluate_conditions
from kowairo.scoring.bootstrap import Interval
from kowairo.scoring.calibration import OperatingPoint, OperatingPoints

NUM_SPEAKERS, LINES = 6, 5


@pytest.fixture(scope="session")
def evaluation_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluation")
    corpus = make_corpus(folder / "audio")
    corpus.write(folder / "data" / "set1")
    pairs = [(a, b) for i, a in enumerate(corpus.utts) for b in corpus.utts[i + 1 :]]
    same = np.array([corpus.utt2spk[a] == corpus.utt2spk[b] for a, b in pairs])
    trials = Trials([a for a, _ in pairs], [b for _, b in pairs], same)
    write_trials(folder / "data" / "set1" / "pairs", trials)
    rng = np.random.default_rng(0)
    values = rng.normal(2.0 * same)
    for name, norm, scores in (
        ("net", "none", values),
        ("net", "z", values + 0.2 * rng.normal(size=len(values))),
        ("net", "calibrated", 2 * values - 2),
        ("net", "z+calibrated", 2 * values - 1.5),
        ("mfcc", "none", values + rng.normal(size=len(values))),
    ):
        path = folder / "scores" / name / "set1" / f"pairs.{norm}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_scores(path, Scores(trials.enroll, trials.test, scores))
    plain = Scores(trials.enroll, trials.test, values)
    labels = ResultLabels("net", "set1", "pairs")
    rows = evaluate_conditions(plain, trials, corpus, labels=labels, num_replicates=5)
    write_json(folder / "results" / "net.json", rows)
    points().save(folder / "operating_points" / "net.calibrated.json")
    return folder


@pytest.fixture
def evaluation(evaluation_folder):
    return read_evaluation(evaluation_folder)


@pytest.fixture
def bare_folder(evaluation_folder, tmp_path):
    """Trials and plain scores, nothing else."""
    (tmp_path / "data/set1").mkdir(parents=True)
    shutil.copy(evaluation_folder / "data/set1/pairs", tmp_path / "data/set1")
    (tmp_path / "scores/net/set1").mkdir(parents=True)
    shutil.copy(evaluation_folder / "scores/net/set1/pairs.none.txt", tmp_path / "scores/net/set1")
    return tmp_path


def make_corpus(folder):
    folder.mkdir()
    rng = np.random.default_rng(1)
    audio, utt2spk, tables = {}, {}, {"text": {}, "utt2dur": {}}
    for s in range(NUM_SPEAKERS):
        for i in range(LINES):
            utt = f"s{s}-{i}"
            soundfile.write(folder / f"{utt}.wav", 0.1 * rng.normal(size=9600), 16000)
            audio[utt], utt2spk[utt] = AudioRef(folder / f"{utt}.wav"), f"<i>s{s}</i>"
            tables["text"][utt], tables["utt2dur"][utt] = "<b>おはよう</b>", str(1.0 + 2.0 * (i % 2))
    return Corpus(audio, utt2spk, tables)


def points():
    interval = Interval(0.01, 0.005, 0.02)
    point = OperatingPoint(
        name="far_0.01",
        threshold=1.5,
        far=interval,
        frr=Interval(0.2, 0.1, 0.3),
        num_false_alarms=40,
        num_misses=90,
        num_target=450,
        num_nontarget=4000,
        num_speakers=30,
        trials="dev/trials",
    )
    return OperatingPoints(
        {"far_0.01": point}, {"far_0.001": "not supported by this many trials: 4 errors seen"}
    )
