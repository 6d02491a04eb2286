import struct

import numpy as np
import pytest

from kowairo.core import InputError
from kowairo.scoring.kaldi_plda import read_kaldi_plda, write_kaldi_plda
from kowairo.scoring.plda import PLDA
from kowairo.testing.scoring import toy_speakers

# Two dimensions: mean (1, 2), transform ((2, 0), (0, 1)), psi (3, 0.5).
_TEXT = "<Plda>  [ 1 2 ]\n [\n  2 0 \n  0 1 ]\n [ 3 0.5 ]\n</Plda> "
_FLOATS = (
    b"\0B<Plda> FV \4" + struct.pack("<i2f", 2, 1, 2)
    + b"FM \4" + struct.pack("<i", 2) + b"\4" + struct.pack("<i4f", 2, 2, 0, 0, 1)
    + b"FV \4" + struct.pack("<i2f", 2, 3, 0.5) + b"</Plda> "
)  # fmt: skip


@pytest.mark.parametrize("content", [_TEXT.encode(), _FLOATS])
def test_text_and_binary_files_are_read(tmp_path, content):
    (tmp_path / "plda").write_bytes(content)
    plda = read_kaldi_plda(tmp_path / "plda", length_norm="none")
    assert plda.transform([[2.0, 5.0]]).tolist() == [[2.0, 3.0]]
    assert plda.psi_.tolist() == [3.0, 0.5]
    assert plda.model().within == pytest.approx(np.diag([0.25, 1.0]))
    assert plda.model().between == pytest.approx(np.diag([0.75, 0.5]))


def test_what_is_written_is_read_back_and_scores_the_same(tmp_path):
    vectors, speakers = toy_speakers()
    plda = PLDA().fit(vectors, speakers)
    write_kaldi_plda(tmp_path / "plda", plda)
    again = read_kaldi_plda(tmp_path / "plda")
    assert np.array_equal(again.score(vectors[:20], vectors[20:40]), plda.score(vectors[:20], vectors[20:40]))
    again.save(tmp_path / "ours")
    assert np.array_equal(PLDA.load(tmp_path / "ours").psi_, plda.psi_)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<Plda> [ 1 ] [ 1 ] </Plda>",
        b"<Plda> [ 1 x ] [ 1 ] [ 1 ] </Plda>",
        b"\xff\xfe",
        b"\0B<Nnet> ",
        _FLOATS[:-9],
        _FLOATS[:60],
        _FLOATS.replace(b"FM ", b"CM "),
        _FLOATS.replace(b"FV \4\2\0\0\0", b"FV \4\xff\xff\xff\xff"),
        _FLOATS.replace(b"FV \4\2\0\0\0", b"FV \4\2\0\0\x70"),
    ],
)
def test_other_files_are_refused_with_their_name(tmp_path, content):
    (tmp_path / "plda").write_bytes(content)
    with pytest.raises(InputError, match=r"plda: not a PLDA of Kaldi"):
        read_kaldi_plda(tmp_path / "plda")


def test_parts_that_do_not_fit_and_a_missing_file_are_refused(tmp_path):
    (tmp_path / "plda").write_text("<Plda> [ 1 2 ]\n [\n 1 0\n 0 1 ]\n [ 1 -1 ]\n</Plda>")
    with pytest.raises(InputError, match="do not fit"):
        read_kaldi_plda(tmp_path / "plda")
    (tmp_path / "plda").write_text("<Plda> [ 1 ]\n [\n 1 0\n 0 1 ]\n [ 1 1 ]\n</Plda>")
    with pytest.raises(InputError, match="do not fit"):
        read_kaldi_plda(tmp_path / "plda")
    with pytest.raises(InputError, match="no such file"):
        read_kaldi_plda(tmp_path / "nothing")
    with pytest.raises(InputError, match="expected a fitted PLDA"):
        write_kaldi_plda(tmp_path / "plda", PLDA())
