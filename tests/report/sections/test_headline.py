from kowairo.report.experiment import read_experiment
from kowairo.report.sections.headline import SYNTHETIC_NOTE, headline_html


def test_headline_shows_encoder_baseline_and_paired_difference(experiment_folder):
    text = headline_html(read_experiment(experiment_folder))
    assert [text.count(word) for word in ("ECAPA, EER", "MFCC + LDA, EER", "Paired difference")] == [1, 1, 1]
    assert SYNTHETIC_NOTE in text


def test_headline_of_an_empty_experiment_is_empty(tmp_path):
    assert headline_html(read_experiment(tmp_path)) == ""
