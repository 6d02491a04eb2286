from kowairo.training.progress import Progress


def test_a_step_moves_batch_and_step():
    progress = Progress(epoch=1, batch=2, step=9)
    progress.finish_step()
    assert (progress.epoch, progress.batch, progress.step) == (1, 3, 10)


def test_an_epoch_starts_with_empty_sums():
    progress = Progress(step=4)
    progress.count(2.0, correct=3, items=8)
    progress.finish_epoch()
    assert progress == Progress(epoch=1, step=4)
