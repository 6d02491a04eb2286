import os
import tempfile
from pathlib import Path

import nbformat
import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.ipynb"
MOST_BYTES = 500_000


def run(folder, monkeypatch, voices=None):
    """Execute the notebook in a process of its own; the text of each cell's output."""
    from nbclient import NotebookClient

    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.delenv("KOWAIRO_TUTORIAL_VOICES", raising=False)
    if voices is not None:
        monkeypatch.setenv("KOWAIRO_TUTORIAL_VOICES", os.fspath(voices))
    notebook = nbformat.read(TUTORIAL, as_version=4)
    client = NotebookClient(
        notebook, timeout=1800, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    client.execute()
    return ["".join(one.get("text", "") for one in cell.get("outputs", ())) for cell in notebook.cells]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_runs_on_synthetic_voices(tmp_path, monkeypatch):
    texts = "\n".join(run(tmp_path, monkeypatch))
    assert "64 lines of 8 characters" in texts
    assert "left out:" in texts
    assert "(not enrolled" in texts


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_tells_real_voices_apart(tmp_path, monkeypatch, data_dir):
    texts = "\n".join(run(tmp_path, monkeypatch, data_dir / "voices" / "dev"))
    assert "same: True" in texts
    assert "same: False" in texts
    assert texts.count("(right)") >= 8


def test_stored_outputs_are_small_and_name_no_folder_of_a_machine():
    content = TUTORIAL.read_text(encoding="utf-8")
    assert len(content.encode()) < MOST_BYTES
    assert all(word not in content for word in (tempfile.gettempdir(), str(Path.home()), "Traceback"))


def test_every_cell_was_run_in_order():
    cells = [cell for cell in nbformat.read(TUTORIAL, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
