import pytest

from kowairo.core import encoder_record
from kowairo.models import read_card
from kowairo.models.card import update_card


@pytest.fixture
def pack(run, trained, tmp_path):
    def call(*options):
        given = ["--checkpoint", trained, "--name", "base", "--out", tmp_path / "b"]
        return run("models", "pack", *given, *options)

    return call


def test_a_packed_folder_has_facts_record_and_notices(pack, corpus, tmp_path):
    (tmp_path / "NOTICE").write_text("credits")
    (tmp_path / "facts.yaml").write_text("facts: {languages: Japanese, ages: adults}\n")
    options = ["--corpora", corpus, "--notices", tmp_path / "NOTICE", "--voices", corpus]
    status, out, _ = pack("--config", tmp_path / "facts.yaml", *options)
    assert status == 0
    assert "least cosine to the trained embeddings" in out
    card = read_card(tmp_path / "b")
    assert (card["languages"], card["ages"]) == ("Japanese", "adults")
    assert card["half_precision"]["compared"] == "24 voices"
    assert encoder_record(tmp_path / "b").record.num_utterances == 24
    assert (tmp_path / "b" / "NOTICE").read_text() == "credits"


def test_a_record_made_before_is_taken(run, pack, corpus, tmp_path):
    assert run("models", "record", "--corpora", corpus, "--out", tmp_path / "r.bin")[0] == 0
    assert pack("--record", tmp_path / "r.bin")[0] == 0
    assert read_card(tmp_path / "b")["training"]["speakers"] == 4


def test_thresholds_come_from_development_trials_without_an_older_check(pack, trained, lists, tmp_path):
    update_card(trained, {"checked": {"trials": "other/trials"}})
    side = lists / "dev"
    options = ["--scores", side / "weak", "--trials", side / "trials", "--dev_corpus", side]
    assert pack(*options)[0] == 0
    assert "eer" in read_card(tmp_path / "b")["operating_points"]["points"]
    assert read_card(tmp_path / "b")["checked"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--corpora", "a", "--record", "b"], "either made of --corpora or read from --record"),
        (["--scores", "a"], "--scores, --trials and --dev_corpus go together"),
        (["--record", "absent"], "absent: no such file"),
        (["--voices", "absent"], "absent: no such folder"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(pack, options, message):
    status, _, errors = pack(*options)
    assert (status, len(errors)) == (2, 1)
    assert message in errors[0]
