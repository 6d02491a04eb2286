import pytest

from kowairo.core import InputError, write_json
from kowairo.report.stage_record import read_stages


def test_stages_come_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 2, 1):
        write_json(tmp_path / f"{number}.json", {"wall_s": 1.5, "cpu_s": 2})
    assert [stage.stage for stage in read_stages(tmp_path)] == ["1", "2", "10"]


def test_provenance_seed_and_config_become_facts(tmp_path):
    record = {"provenance": {"commit": "abc", "cpu": None}, "seed": 3, "config": {"lr": 0.1}}
    write_json(tmp_path / "0.json", record)
    (stage,) = read_stages(tmp_path)
    assert stage.facts == {"commit": "abc", "seed": "3", "config": '{\n "lr": 0.1\n}'}
    assert stage.wall_s is None


def test_a_record_that_is_no_object_is_refused(tmp_path):
    write_json(tmp_path / "0.json", [1])
    with pytest.raises(InputError, match="expected an object"):
        read_stages(tmp_path)
