import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from kowairo.enhance import load_enhancer
from kowairo.training.enhancement import Processes

WORKER = """
import sys
from pathlib import Path
import numpy as np
from kowairo.core import EmbeddingSet
from kowairo.data.enhancement_lists import ListSource
from kowairo.enhance import LinearNetV2, save_enhancer
from kowairo.losses import MSECosine
from kowairo.training.enhancement import *

out = Path(sys.argv[1])
rng = np.random.default_rng(0)
utts = [f"s{i // 6}/a/{i}" for i in range(90)]
vectors = EmbeddingSet(rng.normal(size=(90, 8)).astype(np.float32), utts)
items = list_items(draw_list(ListSource.of_paths(utts), "normal", seed=0), vectors)
net = LinearNetV2(8, activation="ELU")
config = EnhancementConfig(batch_size=32, max_epochs=2, keep="last")
with Processes.of_torchrun() as processes:
    result = train_enhancer(net, MSECosine(), items, config=config, folder=out, processes=processes)
    if processes.is_first:
        save_enhancer(net, out)
        print([record.loss for record in result.history])
"""


def test_alone_everything_is_ones_own():
    alone = Processes()
    assert alone.is_first
    assert alone.share(np.arange(5)).tolist() == [0, 1, 2, 3, 4]
    assert alone.sum(2.5) == 2.5
    alone.sum_gradients([torch.nn.Parameter(torch.ones(1))])


def test_shares_are_disjoint_and_complete():
    shares = [Processes(rank, 3).share(np.arange(7)).tolist() for rank in range(3)]
    assert shares == [[0, 3, 6], [1, 4], [2, 5]]


def test_without_torchrun_there_is_one_process(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    with Processes.of_torchrun() as processes:
        assert processes == Processes()


@pytest.mark.slow
def test_two_processes_train_what_one_does(tmp_path):
    (tmp_path / "worker.py").write_text(textwrap.dedent(WORKER))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    together = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    for name, command in (("one", [sys.executable]), ("two", together)):
        done = subprocess.run(
            [*command, tmp_path / "worker.py", tmp_path / name],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    one, two = (load_enhancer(tmp_path / name).state_dict() for name in ("one", "two"))
    # Sums in another order, through six steps of Adam, which scales small gradients up.
    assert all(torch.allclose(one[key], two[key], atol=1e-4) for key in one)
    assert (tmp_path / "two" / "scores.txt").read_text().count("TLOSS") == 2
