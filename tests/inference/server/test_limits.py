import pytest

from kowairo.core import InputError
from kowairo.inference.server.limits import ServerLimits


def test_defaults_allow_a_usual_line():
    limits = ServerLimits()
    assert limits.max_duration_s >= 12.0
    assert limits.max_request_bytes >= 2 * 2 * 48_000 * limits.max_duration_s


@pytest.mark.parametrize("name", ["max_request_bytes", "max_duration_s", "requests_per_minute", "workers"])
def test_a_limit_that_is_not_positive_is_refused(name):
    with pytest.raises(InputError, match=name):
        ServerLimits(**{name: 0})
