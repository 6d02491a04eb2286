import pytest
from hypothesis import given
from hypothesis import strategies as st

from kowairo.core import read_table
from kowairo.data.material_split import hashed_part, listed_parts, source_group, split_material

NAMES = st.text(alphabet="abcdefgh_-0123456789", min_size=1, max_size=12)


def test_the_committed_list_covers_the_public_set_about_80_to_20(data_dir):
    listed = listed_parts()
    for kind in ("noise", "music", "rir"):
        names = read_table(data_dir / "noise" / f"{kind}.scp")
        parts = [listed[name] for name in names]
        assert parts.count("test") / len(parts) == pytest.approx(0.2, abs=0.01)


def test_the_committed_list_keeps_parts_of_one_recording_together():
    by_group = {}
    for name, part in listed_parts().items():
        # Simulated rooms are numbered, but each is a room of its own.
        if not name.startswith("sim_"):
            by_group.setdefault(source_group(name), set()).add(part)
    assert all(len(parts) == 1 for parts in by_group.values())


def test_listed_names_follow_the_list():
    parts = split_material(["zad_rain_11", "zad_wind_11", "clap_seminar_room"])
    assert parts == {"clap_seminar_room": "test", "zad_rain_11": "test", "zad_wind_11": "train"}


def test_every_fifth_made_recording_is_for_testing():
    parts = split_material(f"made_rain_{i:02d}" for i in range(10))
    assert [name for name, part in parts.items() if part == "test"] == ["made_rain_04", "made_rain_09"]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("farm_10", "farm"),
        ("farm-2", "farm"),
        ("street part 3", "street"),
        ("noise-free-sound-0042", "noise-free-sound-0042"),
        ("room_007", "room_007"),
        ("made_hum_04", "made_hum_04"),
        ("17", "17"),
        ("雨_01", "雨"),
    ],
)
def test_the_group_of_a_name(name, group):
    assert source_group(name) == group


@given(st.sets(NAMES, max_size=30))
def test_a_group_is_never_split(names):
    parts = split_material(names)
    by_group = {}
    for name, part in parts.items():
        by_group.setdefault(source_group(name), set()).add(part)
    assert parts.keys() == names
    assert all(len(found) == 1 for found in by_group.values())


@given(st.sets(NAMES, min_size=2, max_size=30))
def test_two_groups_fill_both_parts(names):
    if len({source_group(name) for name in names}) >= 2:
        assert set(split_material(names).values()) == {"train", "test"}


def test_a_name_stays_in_its_part_when_others_come():
    few = split_material(f"n{i:04d}" for i in range(50))
    many = split_material(f"n{i:04d}" for i in range(500))
    assert all(many[name] == part for name, part in few.items())


def test_a_fifth_of_all_names_is_for_testing():
    parts = [hashed_part(f"recording {i}") for i in range(5000)]
    assert parts.count("test") / 5000 == pytest.approx(0.2, abs=0.02)


def test_one_recording_alone_is_for_training_or_testing_without_error():
    assert len(split_material(["only"])) == 1


def test_nothing_is_split_into_nothing():
    assert split_material([]) == {}
