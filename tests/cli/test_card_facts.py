import pytest

from kowairo.cli.card_facts import cosine_operating_points
from kowairo.core import InputError, read_scores, read_table, read_trials
from kowairo.scoring import align_scores, find_operating_points


def test_the_card_says_what_the_search_for_thresholds_says(lists):
    side = lists / "dev"
    facts = cosine_operating_points(side / "weak", side / "trials", side)
    trials, utt2spk = read_trials(side / "trials"), read_table(side / "utt2spk")
    points = find_operating_points(
        align_scores(read_scores(side / "weak"), trials),
        trials.target,
        [utt2spk[utt] for utt in trials.enroll],
        [utt2spk[utt] for utt in trials.test],
        trials="dev/trials",
    )
    assert facts == {"scores": "cosine", **points.as_json()}
    assert facts["points"]


def test_a_threshold_that_too_few_errors_place_is_not_in_the_card(lists):
    side = lists / "dev"
    facts = cosine_operating_points(side / "weak", side / "trials", side)
    assert "far_0.001" not in facts["points"]
    assert "30 needed" in facts["unsupported"]["far_0.001"]


def test_a_label_that_contradicts_the_speakers_names_the_list(lists):
    path = lists / "dev" / "trials"
    path.write_text(path.read_text().replace(" nontarget\n", " target\n", 1))
    with pytest.raises(InputError, match=f"{path}: "):
        cosine_operating_points(lists / "dev" / "weak", path, lists / "dev")
