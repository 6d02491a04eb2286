import numpy as np
import pytest

from kowairo.core import EmbeddingSet, read_json
from kowairo.enhance import AffineEnhancer, load_enhancer, save_enhancer


@pytest.fixture
def sides(tmp_path):
    """Embeddings whose last six dimensions disturb, and trials of two groups of speakers."""
    rng = np.random.default_rng(0)
    scale = np.array([1, 1, 0, 0, 0, 0, 0, 0]) + 1e-3
    noise = np.array([0.3, 0.3, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5])
    utts, vectors = [], []
    for side, count in (("v", 12), ("t", 40)):
        for speaker in range(count):
            centre = rng.normal(size=8) * scale
            utts += [f"{side}{speaker:02d}/a/{line}" for line in range(4)]
            vectors += [centre + rng.normal(size=8) * noise for _ in range(4)]
        mine = [utt for utt in utts if utt.startswith(side)]
        pairs = [(a, b) for a in mine for b in mine if a < b and (a[:3] == b[:3] or rng.random() < 0.05)]
        text = "".join(f"{int(a[:3] == b[:3])} {a}.wav {b}.npy\n" for a, b in pairs)
        (tmp_path / f"{side}_list").write_text(text)
    EmbeddingSet(np.array(vectors, dtype=np.float32), utts).save(tmp_path / "emb")
    for name, kept in (("good", [1, 1, 0, 0, 0, 0, 0, 0]), ("bad", [0, 0, 1, 1, 1, 1, 1, 1])):
        net = AffineEnhancer(8, 8)
        net.weight.copy_(net.weight * net.weight.new_tensor(kept))
        save_enhancer(net, tmp_path / name)
    return tmp_path


def options(sides, *names):
    lists = ["--valid_list", sides / "v_list", "--test_list", sides / "t_list", "--num_replicates", 50]
    folders = [sides / name for name in names]
    return ["--enhancers", *folders, "--embeddings", sides / "emb", *lists, "--out", sides / "table"]


@pytest.mark.slow
def test_the_best_is_chosen_on_validation_and_told_with_intervals(run, sides):
    status, out, errors = run("enhance", "table", *options(sides, "good", "bad"))
    assert (status, errors) == (0, [])
    rows = {row["system"]: row for row in read_json(sides / "table" / "table.json")}
    assert list(rows) == ["as they are", "good", "bad", "ceiling"]
    assert rows["good"]["difference_high"] < 0 < rows["bad"]["difference_low"]
    assert "| good (chosen) |" in (sides / "table" / "table.md").read_text()
    assert load_enhancer(sides / "table" / "best").weight.trace() == 2
    assert (sides / "table" / "enhancers.png").stat().st_size > 1000
    assert out.endswith("best: good\n")


@pytest.mark.slow
def test_where_none_helps_none_is_kept(run, sides):
    assert run("enhance", "table", *options(sides, "good"))[0] == 0
    alone = options(sides, "bad")
    del alone[alone.index("--test_list") : alone.index("--num_replicates")]
    status, out, _ = run("enhance", "table", *alone)
    rows = read_json(sides / "table" / "table.json")
    assert [row["eer"] == row["valid_eer"] for row in rows] == [True] * 3
    assert status == 0
    assert "no enhancer lowers the EER of the validation list; none is kept" in out
    assert not (sides / "table" / "best").exists()


@pytest.mark.slow
def test_shared_and_unknown_speakers_are_refused(run, sides):
    given = options(sides, "good")
    given[given.index("--valid_list") + 1] = sides / "t_list"
    status, _, errors = run("enhance", "table", *given)
    assert (status, errors) == (2, ["kowairo: 40 speakers are in both lists, e.g. 't00'"])
    (sides / "utt2spk").write_text("v00/a/0 v00\n")
    status, _, errors = run("enhance", "table", *options(sides, "good"), "--corpus", sides / "utt2spk")
    assert status == 2
    assert "no speaker of 'v00/a/1'" in errors[0]


@pytest.mark.slow
def test_every_list_of_a_folder_is_a_section_and_as_norm_stands_beside(run, sides):
    for side in "vt":
        folder = sides / side
        folder.mkdir()
        lines = (sides / f"{side}_list").read_text().splitlines(keepends=True)
        (folder / "trials").write_text("".join(lines))
        (folder / "trials_half").write_text("".join(lines[::2]))
    everybody = EmbeddingSet.load(sides / "emb")
    cohort = EmbeddingSet(everybody.vectors[:20] + 1, [f"c{n // 2}/x/{n}" for n in range(20)])
    cohort.save(sides / "cohort")
    (sides / "cohort_utt2spk").write_text("".join(f"{utt} {utt[:2]}\n" for utt in cohort.utts))
    given = options(sides, "good")
    given[given.index("--valid_list") + 1] = sides / "v"
    given[given.index("--test_list") + 1] = sides / "t"
    impostors = ["--cohort_embeddings", sides / "cohort", "--cohort_corpus", sides / "cohort_utt2spk"]
    assert run("enhance", "table", *given, *impostors, "--top_n", 5)[0] == 0
    rows = read_json(sides / "table" / "table.json")
    seen = [(row["system"], row["trials"], row["normalization"]) for row in rows]
    assert seen[:4] == [
        ("as they are", name, how) for how in ("none", "as") for name in ("trials", "trials_half")
    ]
    assert seen[-1] == ("ceiling", "trials_half", "none")
    half = [row for row in rows if row["trials"] == "trials_half"]
    assert {row["reference_eer"] for row in half[1:]} == {half[0]["eer"]}
    text = (sides / "table" / "table.md").read_text()
    assert text.count("good (chosen)") == 2
    assert "trials_half: " in text


@pytest.mark.slow
def test_training_voices_are_refused_or_mark_the_table(run, trained_on, sides):
    trained_on(sides / "emb", "v00/a/0")
    status, _, errors = run("enhance", "table", *options(sides, "good"))
    assert (status, len(errors)) == (2, 1)
    assert errors[0].startswith(f"kowairo: {sides / 'v_list'}: 1 of 48 utterances were in the training")
    status, out, _ = run("enhance", "table", *options(sides, "good"), "--allow_overlap", "true")
    assert status == 0
    assert "Not a figure of new voices (validation list v_list): 1 of 48" in out
    assert "Not a figure of new voices" in (sides / "table" / "table.md").read_text()
    rows = read_json(sides / "table" / "table.json")
    assert [("overlap" in row, row["valid_overlap"]["first"]) for row in rows] == [(False, "v00/a/0")] * 3
