from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from kowairo.training.enhancement import EnhancementEpoch
from kowairo.training.enhancement.run_log import RunLog, score_lines

HISTORY = [
    EnhancementEpoch(1, 0.5, 1e-5),
    EnhancementEpoch(2, 0.25, 1e-5, 0.375, 0.5, {"valid": 0.019, "libri": 0.03125}),
]


def test_lines_are_those_of_the_project():
    assert score_lines(HISTORY[0]) == ["Epoch 1, TLOSS 0.500000, LR 1e-05"]
    assert score_lines(HISTORY[1]) == [
        "Epoch 2, TLOSS 0.250000, LR 1e-05",
        "--Val-- Epoch 2, VLoss 0.375000, VEER 1.9000, VEER_LIBRI 3.1250, Vacc 0.500000",
    ]


def test_what_was_not_measured_is_not_named():
    assert (
        score_lines(EnhancementEpoch(3, 1.0, 0.1, eers={"valid": 0.5}))[1] == "--Val-- Epoch 3, VEER 50.0000"
    )


def test_text_file_and_tensorboard_get_every_epoch(tmp_path):
    with RunLog(tmp_path) as log:
        for count in (1, 2):
            log.write(HISTORY[:count], data_share=0.1)
    assert (tmp_path / "scores.txt").read_text().count("TLOSS") == 2
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss/train")] == [(1, 0.5), (2, 0.25)]
    assert [event.step for event in events.Scalars("eer/libri")] == [2]


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with RunLog(None) as log:
        log.write(HISTORY, data_share=0.0)
    assert list(tmp_path.iterdir()) == []
