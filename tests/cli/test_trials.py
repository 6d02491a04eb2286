from kowairo.core import read_trials


def test_trials_are_drawn_into_the_folder_of_the_set(run, corpus):
    status, out, _ = run("trials", "make", "--corpus", corpus, "--max_trials", 20)
    assert status == 0
    assert f"{corpus / 'trials'}: 20 trials" in out
    assert read_trials(corpus / "trials").target.sum() == 10
