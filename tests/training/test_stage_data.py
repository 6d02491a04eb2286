import shutil

import pytest

from kowairo.core import InputError
from kowairo.training import DecodedAudio, StageConfig, StoredAudio
from kowairo.training.stage_data import labelled_audio, stage_data

CONFIG = StageConfig(name="x")


def test_the_three_sets_are_found(data_folder, store):
    data = stage_data(CONFIG, data_folder, store=store)
    assert (len(data.items.utts), len(data.items.classes)) == (40, 8)
    assert len(data.validation.closed.utts) == 8
    assert len(data.validation.trials) == 276
    assert isinstance(data.source, StoredAudio)


def test_without_store_the_files_are_read(data_folder):
    assert isinstance(stage_data(CONFIG, data_folder).source, DecodedAudio)


def test_closed_lines_of_left_out_speakers_are_left_out(data_folder, store):
    data = stage_data(StageConfig(name="x", max_speakers=3), data_folder, store=store)
    assert sorted(data.validation.closed.speakers) == data.items.classes


def test_merging_renames_closed_lines_too(data_folder, store):
    found = labelled_audio(data_folder / "closed", store=store, merge_map={"s01": "s00"})
    assert found.speakers.count("s00") == 2


def test_closed_and_valid_may_be_missing(data_folder, tmp_path):
    shutil.copytree(data_folder / "train", tmp_path / "train")
    data = stage_data(CONFIG, tmp_path)
    assert data.validation.closed is None
    assert data.validation.trials is None


def test_other_items_change_the_digest(data_folder, store):
    first = stage_data(CONFIG, data_folder, store=store)
    merged = stage_data(CONFIG, data_folder, store=store, merge_map={"s01": "s00"})
    assert first.digest == stage_data(CONFIG, data_folder, store=store).digest
    assert first.digest != merged.digest


def test_a_folder_without_training_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="train"):
        stage_data(CONFIG, tmp_path)


def test_a_single_speaker_is_refused(data_folder, store):
    everyone_is_one = {f"s{number:02d}": "s00" for number in range(1, 8)}
    with pytest.raises(InputError, match="has one speaker"):
        stage_data(CONFIG, data_folder, store=store, merge_map=everyone_is_one)
