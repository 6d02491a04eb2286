import pytest

from kowairo.training.throughput import Throughput


def make(seconds=100.0, waited_s=43.0):
    return Throughput(seconds=seconds, waited_s=waited_s, steps=50, crops=1600, audio_s=3200.0)


def test_rates_are_per_second_of_the_epoch():
    assert make().columns() == {"crops_per_s": 16.0, "audio_s_per_s": 32.0, "data_wait_share": 0.43}
    assert make().steps_per_s == 0.5


@pytest.mark.parametrize(("workers", "cores", "wanted"), [(0, 8, 1), (1, 8, 2), (4, 16, 8), (4, 6, 6)])
def test_waiting_training_is_advised_how_many_workers_would_keep_up(workers, cores, wanted):
    advice = make().advice(workers, cores=cores)
    assert advice.startswith(
        f"training is input-bound (43 % of the time waiting for data): use --num_workers {wanted}, or pack"
    )


def test_no_more_workers_than_cores_are_advised():
    assert "--num_workers" not in make().advice(4, cores=4)


@pytest.mark.parametrize(("seconds", "waited_s"), [(100.0, 20.0), (1.0, 0.9), (0.0, 0.0)])
def test_little_waiting_is_no_matter(seconds, waited_s):
    assert make(seconds, waited_s).advice(1, cores=8) is None
