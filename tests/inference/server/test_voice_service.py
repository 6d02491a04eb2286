import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.inference import QualityError, verify
from kowairo.inference.gallery import AcceptanceRule
from kowairo.inference.server.judgement import Judge
from kowairo.inference.server.refusal import UnknownVoiceError
from kowairo.inference.server.voice_service import VoiceService


def test_a_comparison_has_the_numbers_of_verify(service, embedder, upload):
    known, questioned = [upload(1, seed=1), upload(1, seed=2)], upload(2, name="声.wav")
    found = service.compare(known, questioned)
    expected = verify(embedder, [one.recording for one in known], questioned.recording)
    assert found.cosine == pytest.approx(expected.cosine, abs=1e-6)
    assert found.llr == pytest.approx(expected.llr, abs=1e-5)
    assert (found.same, found.message) == (False, "different voices")
    assert found.questioned.name == "声.wav"
    assert [one.duration_s for one in found.known] == [1.0, 1.0]


def test_one_voice_is_the_same_voice(service, upload):
    found = service.compare([upload(1)], upload(1))
    assert (found.same, found.message) == (True, "same voice")
    assert found.far.value == 0.05


def test_an_enrolled_voice_scores_the_mean_of_the_cosines_with_its_references(service, embedder, upload):
    references = [upload(1, seed=seed) for seed in (1, 2, 3)]
    service.enroll("日向", references)
    questioned = upload(1, seed=9)
    own = embedder.embed(questioned.recording).vector
    cosines = [float(embedder.embed(one.recording).vector @ own) for one in references]
    found = service.verify("日向", questioned)
    assert found.similarity_score == pytest.approx(np.mean(cosines), abs=1e-5)
    assert (found.num_references, found.threshold) == (3, 0.999)


@pytest.mark.parametrize("name", ["誰", "日", "日向 二", "AAA", "zzz"])
def test_a_voice_that_nobody_enrolled_is_unknown(service, upload, name):
    with pytest.raises(UnknownVoiceError):
        service.verify(name, upload(1))
    service.enroll("日向", [upload(1)])
    with pytest.raises(UnknownVoiceError, match=name):
        service.verify(name, upload(1))


def test_one_spelling_of_a_name_is_as_good_as_another(service, upload):
    service.enroll("  ガブリエル ", [upload(1)])
    assert service.verify("カ\u3099フ\u3099リエル", upload(1)).name == "ガブリエル"


def test_a_recording_is_enrolled_once(service, upload):
    assert service.enroll("Aoi", [upload(1)]).added == 1
    again = service.enroll("Aoi", [upload(1, name="again.wav"), upload(1, seed=5)])
    assert (again.added, again.already_there, again.num_references) == (1, 1, 2)


def test_bad_recordings_are_named_and_the_others_enrolled(service, upload, embedder):
    short = upload(1, name="short.wav", duration_s=0.2)
    found = service.enroll("Aoi", [short, upload(1)])
    assert (found.added, found.refused[0].file, found.refused[0].reason) == (1, "short.wav", "too_short")
    with pytest.raises(QualityError, match="too_short"):
        service.enroll("Zoë", [short])
    with pytest.raises(InputError, match="no recording could be used"):
        service.enroll("Zoë", [short, short])
    with pytest.raises(InputError, match="no recording was given"):
        service.enroll("Zoë", [])


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 201])
def test_what_is_no_name_is_refused(service, upload, name):
    with pytest.raises(InputError, match="name"):
        service.enroll(name, [upload(1)])


def test_without_a_rule_candidates_are_named_and_with_one_somebody(service, keeper, upload):
    service.enroll("Aoi", [upload(1)])
    service.enroll("日向", [upload(2)])
    found = service.identify(upload(2, seed=7))
    assert (found.name, found.verdict, found.candidates[0].name) == (None, "no_threshold", "日向")
    keeper.gallery.keep_rule(AcceptanceRule(0.9))
    assert service.identify(upload(2, seed=7)).message == "it is 日向"
    keeper.gallery.keep_rule(AcceptanceRule(1.0))
    assert service.identify(upload(2, seed=7)).message == "nobody of the gallery"


def test_an_empty_gallery_knows_nobody(service, upload):
    with pytest.raises(InputError, match="empty"):
        service.identify(upload(1))


def test_a_refused_recording_is_called_by_its_name(service, upload):
    with pytest.raises(QualityError) as caught:
        service.compare([upload(1)], upload(1, name="短.wav", duration_s=0.3))
    assert (caught.value.source, caught.value.reason) == ("短.wav", "too_short")
    with pytest.raises(InputError, match="at least one"):
        service.compare([], upload(1))


def test_the_status_says_what_a_page_must_know(service, upload):
    service.enroll("Aoi", [upload(1), upload(1, seed=1)])
    status = service.status()
    assert (status.voices, status.references, status.keeps_audio, status.temporary) == (1, 2, True, False)
    assert status.calibration["threshold"]["value"] == 0.999
    assert status.limits["max_files"] == 20


def test_an_encoder_of_another_gallery_is_refused(embedder, keeper, limits, monkeypatch):
    monkeypatch.setattr(embedder, "digest", "b" * 64)
    with pytest.raises(InputError, match="another encoder"):
        VoiceService(embedder, keeper, judge=Judge({}), limits=limits)
