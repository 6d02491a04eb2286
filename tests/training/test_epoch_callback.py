from kowairo.training.epoch_callback import METRICS_COLUMNS, write_metrics


def test_a_figure_that_an_epoch_lacks_is_an_empty_field(tmp_path):
    rows = [{"epoch": 0.0, "step": 5.0, "loss": 0.1 + 0.2, "lr": 1e-3}]
    write_metrics(tmp_path / "metrics.csv", rows)
    header, line = (tmp_path / "metrics.csv").read_text().splitlines()
    assert header == ",".join(METRICS_COLUMNS)
    assert line == "0,5,0.30000000000000004,,,,,,,0.001,,,,"


def test_a_run_without_epochs_has_a_header_only(tmp_path):
    write_metrics(tmp_path / "metrics.csv", [])
    assert (tmp_path / "metrics.csv").read_text().count("\n") == 1


def test_figures_of_levels_stand_behind_the_usual_ones(tmp_path):
    rows = [{"epoch": 0.0, "step": 5.0}, {"epoch": 1.0, "step": 9.0, "valid_eer_actor": 0.25}]
    write_metrics(tmp_path / "metrics.csv", rows)
    header, first, second = (tmp_path / "metrics.csv").read_text().splitlines()
    assert header == ",".join((*METRICS_COLUMNS, "valid_eer_actor"))
    assert (first[-1], second.rpartition(",")[2]) == (",", "0.25")
