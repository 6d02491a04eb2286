from dataclasses import replace

import numpy as np
import pytest

from kowairo.data.synth.cast import make_cast
from kowairo.data.synth.plan import make_plan
from kowairo.data.synth.render import audio_path, make_scenes, perform
from kowairo.data.synth.speak import analyze


@pytest.fixture(scope="module")
def cast():
    return make_cast(12, seed=0)


@pytest.fixture(scope="module")
def plan(cast):
    return make_plan(cast, lines=6, seed=0)


@pytest.fixture(scope="module")
def analysis():
    times = np.arange(8000) / 16000.0
    return analyze(sum(0.1 / k * np.cos(2.0 * np.pi * k * 200.0 * times) for k in range(1, 20)))


def test_every_line_is_in_one_scene_with_its_own_text(cast, plan, tmp_path):
    scenes = make_scenes(cast, plan, tmp_path, seed=0)

    assert sorted(take.line.utt for scene in scenes for take in scene.takes) == sorted(p.utt for p in plan)
    assert all(take.line.text == scene.text for scene in scenes for take in scene.takes)


def test_a_sentence_is_spoken_in_one_scene_only(cast, plan, tmp_path):
    scenes = make_scenes(cast, plan, tmp_path, seed=0)

    assert len({scene.text for scene in scenes}) == len(scenes)


def test_a_mislabelled_line_is_in_the_true_voice_and_the_claimed_folder(cast, plan, tmp_path):
    takes = [take for scene in make_scenes(cast, plan, tmp_path, seed=0) for take in scene.takes]
    wrong = [take for take in takes if take.line.flaw == "mislabelled"]

    assert wrong
    assert all(take.voice.speaker == take.line.voice != take.line.speaker for take in wrong)
    assert all(take.path.parent.name == take.line.speaker for take in wrong)


def test_broken_files_pretend_to_be_of_a_format(plan, tmp_path):
    line = plan[0]

    assert audio_path(replace(line, flaw="none"), tmp_path).suffix == ".flac"
    assert audio_path(replace(line, flaw="text_file"), tmp_path).suffix == ".wav"
    assert audio_path(replace(line, flaw="truncated"), tmp_path).suffix == ".ogg"


def test_a_performance_depends_on_its_stream_only(cast, plan, tmp_path, analysis):
    take = make_scenes(cast, plan, tmp_path, seed=0)[0].takes[0]
    first, second, other = (
        perform(take, analysis, rng=np.random.default_rng([0, 3, stream])) for stream in (7, 7, 8)
    )

    assert np.array_equal(first, second)
    assert not np.array_equal(first[:1000], other[:1000])


def test_a_performance_is_audible_finite_and_within_full_scale(cast, plan, tmp_path, analysis):
    for number, scene in enumerate(make_scenes(cast, plan, tmp_path, seed=0)[:12]):
        samples = perform(scene.takes[0], analysis, rng=np.random.default_rng(number))

        assert np.isfinite(samples).all()
        assert 0.005 < np.sqrt(np.mean(samples**2)) < 0.5
        assert np.abs(samples).max() <= 1.1
