from kowairo.core import OverlapCounts, write_json
from kowairo.report.experiment import read_experiment
from kowairo.report.sections.headline import SYNTHETIC_NOTE, headline_html


def test_headline_shows_encoder_baseline_and_paired_difference(experiment_folder):
    text = headline_html(read_experiment(experiment_folder))
    assert [text.count(word) for word in ("ECAPA, EER", "MFCC + LDA, EER", "Paired difference")] == [1, 1, 1]
    assert SYNTHETIC_NOTE in text


def test_the_headline_says_that_voices_were_trained_on(tmp_path):
    counts = OverlapCounts(3, 9, by_audio=1, by_speaker=2, speakers=1, first="<u0>")
    row = {"system": "ecapa", "set": "test", "trials": "trials", "eer": 0.1, "overlap": counts.as_json()}
    write_json(tmp_path / "results" / "ecapa.test.trials.none.json", row)
    text = headline_html(read_experiment(tmp_path))
    assert "Not a figure of new voices: 3 of 9 utterances" in text
    assert "&lt;u0&gt;" in text


def test_headline_of_an_empty_experiment_is_empty(tmp_path):
    assert headline_html(read_experiment(tmp_path)) == ""
