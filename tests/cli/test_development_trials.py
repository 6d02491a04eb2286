import pytest

from kowairo.cli.development_trials import DevelopmentTrials, read_qualities
from kowairo.core import InputError
from kowairo.scoring import QMF, LogisticCalibrator


@pytest.fixture
def development(lists):
    side = lists / "dev"
    return DevelopmentTrials.read([side / "weak", side / "strong"], side / "trials", None, side)


def test_every_system_is_read(development):
    assert len(development.systems) == 2
    assert len(development.trials) == len(development.systems[0])
    assert len(development.corpus.speakers) == 24


def test_speakers_can_be_compared_only_where_they_are_known(lists):
    side = lists / "dev"
    unknown = DevelopmentTrials.read([side / "weak"], side / "trials", None, None)
    unknown.check_speakers(None, None)
    with pytest.raises(InputError, match="only with those of --dev_corpus DIR"):
        unknown.check_speakers(side, None)


def test_operating_points_need_speakers(lists):
    side = lists / "dev"
    unknown = DevelopmentTrials.read([side / "weak"], side / "trials", None, None)
    with pytest.raises(InputError, match="--dev_corpus DIR"):
        unknown.measure(unknown.systems[0], 20, 0)


def test_quality_is_read_for_qmf_alone(development):
    systems = development.systems
    assert read_qualities(LogisticCalibrator(), development.corpus, None, None, systems=systems) is None
    tables = read_qualities(QMF(), development.corpus, None, None, systems=systems)
    assert tables.keys() == {"duration_s"}
    assert tables["duration_s"]["dev00-0"] == 1.0
