import pytest

from kowairo.core import InputError
from kowairo.data import AudioError
from kowairo.inference.server.refusal import GalleryFullError, Refusal, UnknownVoiceError


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (AudioError("undecodable", "no header", "a.wav"), 415, "undecodable"),
        (AudioError("too_long", "3 h", "a.wav"), 413, "too_long"),
        (AudioError("not_finite", "NaN", "a.wav"), 422, "not_finite"),
        (AudioError("silent", "peak 0", "a.wav"), 422, "silent"),
        (UnknownVoiceError("no voice"), 404, "unknown_voice"),
        (GalleryFullError("full"), 409, "gallery_full"),
        (InputError("a voice needs a name"), 400, "bad_input"),
    ],
)
def test_each_error_has_a_status_and_a_reason(error, status, reason):
    refusal = Refusal.of_error(error)
    assert (refusal.status, refusal.reason) == (status, reason)


def test_the_body_names_the_file_only_where_one_is_to_blame():
    of_file = Refusal.of_error(AudioError("silent", "peak 0", "声.wav")).as_json()
    assert of_file == {"detail": "peak 0", "reason": "silent", "file": "声.wav"}
    assert "file" not in Refusal.of_error(InputError("no")).as_json()
