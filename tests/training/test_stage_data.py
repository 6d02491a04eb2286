import shutil
from dataclasses import replace

import numpy as np
import pytest

from kowairo.core import Corpus, EmbeddingSet, InputError, write_wav_scp
from kowairo.training import DecodedAudio, StageConfig, StoredAudio
from kowairo.training.stage_data import labelled_audio, stage_data

CONFIG = StageConfig(name="x")


def joint(*names):
    terms = [{"loss": {"class_path": name}} for name in names]
    return {"class_path": "JointObjective", "init_args": {"terms": terms}}


@pytest.fixture
def teacher(data_folder, store, tmp_path):
    """Embeddings of all lines at their own speed but one."""
    utts = [utt for utt in store.utts if "|" not in utt and utt != "s00-000"]
    vectors = np.random.default_rng(0).standard_normal((len(utts), 3)).astype(np.float32)
    EmbeddingSet(vectors, utts, {"system": "x"}).save(tmp_path / "teacher")
    return tmp_path / "teacher"


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


def test_many_closed_lines_are_thinned_out_evenly(data_folder, store, monkeypatch):
    monkeypatch.setattr("kowairo.training.stage_data._MAX_CLOSED_LINES", 4)
    closed = stage_data(CONFIG, data_folder, store=store).validation.closed
    assert closed.utts == ["s00-005", "s02-005", "s04-005", "s06-005"]
    assert closed.speakers == ["s00", "s02", "s04", "s06"]


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


def test_the_six_way_augmentation_is_used_where_the_stage_names_it(data_folder, store, tmp_path):
    audio = Corpus.read(data_folder / "train").audio
    for name in ("noise", "music", "speech", "rir"):
        write_wav_scp(tmp_path / f"{name}.scp", audio)
    config = StageConfig(name="x", augmentation="six_way", augment_probability=1.0)
    data = stage_data(config, data_folder, store=store, material=tmp_path)
    crop = np.full(4000, 0.1, dtype=np.float32)
    changed = [data.augmentation(crop, rng=np.random.default_rng(seed)) for seed in range(8)]
    assert any(not np.array_equal(one, crop) for one in changed)
    (tmp_path / "speech.scp").unlink()
    with pytest.raises(InputError, match=r"six-way augmentation also needs speech\.scp"):
        stage_data(config, data_folder, store=store, material=tmp_path)


def test_a_folder_without_training_set_is_refused(tmp_path):
    with pytest.raises(InputError, match="train"):
        stage_data(CONFIG, tmp_path)


def test_a_single_speaker_is_refused(data_folder, store):
    everyone_is_one = {f"s{number:02d}": "s00" for number in range(1, 8)}
    with pytest.raises(InputError, match="has one speaker"):
        stage_data(CONFIG, data_folder, store=store, merge_map=everyone_is_one)


def test_lines_without_an_embedding_of_the_teacher_are_left_out(data_folder, store, teacher):
    config = replace(CONFIG, loss=joint("AAMSoftmax", "CosineDistillation"))
    data = stage_data(config, data_folder, store=store, teacher=teacher)
    assert (len(data.items.utts), data.teacher.dim) == (39, 3)
    assert "s00-000" not in data.items.utts


def test_domains_come_from_the_table_of_the_stages_key(data_folder, store):
    data = stage_data(
        replace(CONFIG, loss=joint("AAMSoftmax", "CORAL"), domain="title"), data_folder, store=store
    )
    assert data.domain_names == ("t0", "t1")
    assert {utt[:3] for utt, n in zip(data.items.utts, data.domains, strict=True) if n == 1} == {"s01"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": joint("CosineDistillation")}, r"needs an embedding set of a teacher \(--teacher\)"),
        ({"loss": joint("AAMSoftmax", "MMD")}, "needs the stage's key domain"),
        ({"domain": "title"}, "key domain is given, but no term"),
        ({"loss": joint("MMD"), "domain": "weather"}, "neither utt2weather nor spk2weather"),
        ({"loss": joint("AAMSoftmax", "Nothing")}, "is not a loss"),
    ],
)
def test_targets_that_do_not_fit_the_loss_are_refused(data_folder, store, settings, message):
    with pytest.raises(InputError, match=message):
        stage_data(replace(CONFIG, **settings), data_folder, store=store)


def test_a_teacher_that_no_term_looks_at_is_refused(data_folder, store, teacher):
    with pytest.raises(InputError, match=r"teacher .* is given, but no term"):
        stage_data(CONFIG, data_folder, store=store, teacher=teacher)


def test_domains_and_the_teacher_are_part_of_the_digest(data_folder, store, teacher):
    domain = replace(CONFIG, loss=joint("AAMSoftmax", "CORAL"), domain="title")
    distilled = replace(CONFIG, loss=joint("CosineDistillation"))
    shutil.copytree(teacher, teacher.parent / "other")
    (teacher.parent / "other" / "meta.json").write_text('{"system": "y"}')
    found = {
        stage_data(config, data_folder, store=store, teacher=path).digest
        for config, path in (
            (CONFIG, None),
            (domain, None),
            (distilled, teacher),
            (distilled, teacher.parent / "other"),
        )
    }
    assert len(found) == 4


def without_speakers(data_folder, folder, speakers):
    """A copy of the training set in which some speakers are unknown."""
    corpus = Corpus.read(data_folder / "train")
    utt2spk = {utt: "-" if spk in speakers else spk for utt, spk in corpus.utt2spk.items()}
    Corpus(corpus.audio, utt2spk).write(folder / "train")
    return folder


def test_unlabelled_lines_count_only_where_a_loss_looks_at_more_than_labels(
    data_folder, store, teacher, tmp_path, caplog
):
    folder = without_speakers(data_folder, tmp_path, {"s01", "s02"})
    plain = stage_data(CONFIG, folder, store=store)
    assert (len(plain.items.utts), plain.items.labels.min()) == (30, 0)
    assert "10 of 40 utterances have no speaker" in caplog.text
    config = replace(CONFIG, loss=joint("AAMSoftmax", "CosineDistillation"))
    data = stage_data(config, folder, store=store, teacher=teacher)
    assert (len(data.items.utts), int((data.items.labels < 0).sum()), len(data.items.classes)) == (39, 10, 6)


def test_without_any_speaker_only_a_teacher_can_be_learned_from(data_folder, store, teacher, tmp_path):
    folder = without_speakers(data_folder, tmp_path, {f"s{number:02d}" for number in range(8)})
    config = replace(CONFIG, loss=joint("CosineDistillation"))
    assert stage_data(config, folder, store=store, teacher=teacher).items.classes == []
    with pytest.raises(InputError, match="no utterance of a known speaker"):
        stage_data(replace(CONFIG, loss=joint("AAMSoftmax", "CosineDistillation")), folder, teacher=teacher)
