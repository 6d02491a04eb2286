from kowairo.report.evaluation.worst import WrongTrial
from kowairo.report.evaluation.worst_section import about_section, clip_order, worst_section

MISS, ALARM = WrongTrial("s0-0", "s0-1", True, -1.0), WrongTrial("s0-0", "s1-1", False, 2.0)


def test_lines_are_named_quoted_and_playable(evaluation):
    body = worst_section([MISS], [ALARM], evaluation.corpus, playable={"s0-0": {}}).body
    assert body.count('class="play"') == 2
    assert "&lt;b&gt;おはよう" in body
    assert "<i>s0</i>" not in body
    assert "s0-1.wav" in body


def test_without_a_corpus_ids_remain_and_without_errors_nothing():
    assert "s1-1" in worst_section([], [ALARM], None, playable={}).body
    assert worst_section([], [], None, playable={}) is None


def test_clips_go_to_the_worst_trials_of_both_kinds_first():
    second = WrongTrial("s2-0", "s2-1", True, -0.5)
    assert clip_order([MISS, second], [ALARM]) == ["s0-0", "s0-1", "s1-1", "s2-0", "s2-1"]


def test_sources_name_every_file_by_its_hash(evaluation):
    body = about_section(evaluation, num_replicates=7, seed=3).body
    assert all(one.digest[:16] in body for one in evaluation.systems)
    assert "scores/net/set1/pairs.z.txt" in body
    assert "7 replicates of the speaker bootstrap, seed 3" in body
