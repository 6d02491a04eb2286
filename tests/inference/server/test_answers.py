from dataclasses import asdict, fields, is_dataclass

from kowairo.inference.server import answers


def test_the_fields_of_the_older_interface_are_kept():
    names = [field.name for field in fields(answers.VoiceVerdict)]
    assert names[:4] == ["verification_result", "similarity_score", "threshold", "message"]
    assert fields(answers.EnrollmentAnswer)[0].name == "message"


def test_every_answer_explains_each_of_its_fields():
    kinds = [kind for kind in vars(answers).values() if is_dataclass(kind)]
    assert len(kinds) > 10
    assert all(kind.__doc__ for kind in kinds)


def test_an_error_names_a_file_only_if_one_is_to_blame():
    assert asdict(answers.ErrorAnswer("no such voice", "unknown_voice"))["file"] is None
