from kowairo.training.data_module import CropDataModule
from kowairo.training.progress import Progress


class Recorder:
    def __init__(self):
        self.sought = []

    def seek(self, epoch, batch):
        self.sought.append((epoch, batch))


def test_an_epoch_starts_where_the_counters_stand():
    loader, progress = Recorder(), Progress(epoch=2, batch=7)
    module = CropDataModule(loader, progress)
    assert module.train_dataloader() is loader
    progress.finish_epoch()
    module.train_dataloader()
    assert loader.sought == [(2, 7), (3, 0)]
