import pytest

from kowairo.report.experiment import read_experiment
from kowairo.report.sections.record import data_section, provenance_section, training_section


@pytest.fixture(scope="module")
def experiment(experiment_folder):
    return read_experiment(experiment_folder)


@pytest.mark.parametrize("build", [training_section, data_section, provenance_section])
def test_sections_without_material_are_left_out(build, tmp_path):
    assert build(read_experiment(tmp_path)) is None


def test_training_names_the_stages_and_the_merged_characters(experiment):
    body = training_section(experiment).body
    assert "3_augmented" in body
    assert "Harbour2/Rin" in body


def test_data_counts_what_was_dropped_by_reason(experiment):
    body = data_section(experiment).body
    assert "1,900 lines were kept, 8 dropped" in body
    assert "audio/&lt;b&gt;.wav" in body


def test_provenance_adds_up_the_cost_and_shows_commit_and_seed(experiment):
    body = provenance_section(experiment).body
    # 3.7 s x (1 + 4 + ... + 36) = 336.7 s
    assert "5.6 min" in body
    assert "0123abcd" * 5 in body
    assert "<dt>seed</dt><dd>0</dd>" in body
    assert "margin_rad: 0.2" in body
