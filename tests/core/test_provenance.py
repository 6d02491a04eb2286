import json
from datetime import datetime

import numpy as np

from kowairo.core import provenance


def test_provenance_is_json_and_names_versions_machine_and_time():
    record = json.loads(json.dumps(provenance()))
    assert set(record) == {"kowairo", "python", "numpy", "commit", "command", "date", "cpu"}
    assert record["numpy"] == np.__version__
    assert record["cpu"]
    assert datetime.fromisoformat(record["date"]).tzinfo is not None


def test_commit_is_a_git_hash_or_unknown():
    commit = provenance()["commit"]
    assert commit is None or len(commit) == 40
