"""Command `kowairo models pack`."""

from pathlib import Path

from kowairo.cli.card_facts import cosine_operating_points
from kowairo.cli.models import make_record
from kowairo.cli.plain_mapping import PlainMapping
from kowairo.core import Corpus, InputError, TrainingRecord
from kowairo.data import AudioError, read_audio
from kowairo.models import pack_encoder

_MOST_VOICES = 64


def pack(
    *,
    checkpoint: Path,
    name: str,
    out: Path,
    corpora: list[Path] | None = None,
    store: Path | None = None,
    record: Path | None = None,
    facts: PlainMapping | None = None,
    notices: list[Path] | None = None,
    voices: Path | None = None,
    scores: Path | None = None,
    trials: Path | None = None,
    dev_corpus: Path | None = None,
) -> None:
    """Make a trained checkpoint into the folder of a shipped encoder.

    Weights in half precision (refused where that changes an embedding: least cosine 0.9999), card, training
    record and notices of the sources.

    Args:
        checkpoint: Trained checkpoint folder.
        name: What the encoder is called.
        out: Folder to write.
        corpora: Kaldi folders that it was trained on, as `--corpora A B`; the record is made of them.
        store: Packed audio of them: its lines need not be decoded.
        record: File of `kowairo models record` in their place; without either the checkpoint's own is taken.
        facts: What the card shall say besides, as `--facts.languages ...` or in a file for --config.
        notices: Files to put beside the weights: NOTICE, licences of the sources.
        voices: Kaldi folder whose first 64 lines are embedded for the comparison; noises without it.
        scores: Score file of the development trials by the cosine: thresholds go into the card.
        trials: The development trials.
        dev_corpus: Kaldi folder that knows their speakers.
    """
    if corpora and record:
        raise InputError("the record is either made of --corpora or read from --record")
    described = dict(facts or {})
    if scores is not None and trials is not None and dev_corpus is not None:
        described["operating_points"] = cosine_operating_points(scores, trials, dev_corpus)
        described.setdefault("checked", None)  # that of the checkpoint is of the thresholds before
    elif (scores, trials, dev_corpus) != (None, None, None):
        raise InputError("--scores, --trials and --dev_corpus go together")
    made = make_record(corpora, store=store) if corpora else None
    packed = pack_encoder(
        checkpoint,
        out,
        name=name,
        facts=described,
        record=TrainingRecord.read(record) if record else made,
        notices=notices or [],
        waveforms=None if voices is None else _waveforms(voices),
    )
    print(
        f"{out}: {packed.parameters / 1e6:.2f} M parameters, {packed.num_bytes / 1e6:.2f} MB, "
        f"least cosine to the trained embeddings {packed.least_cosine:.6f}"
    )


def _waveforms(voices: Path) -> list[list[float]]:
    corpus = Corpus.read(voices)
    step = max(1, len(corpus.utts) // _MOST_VOICES)
    found = []
    for utt in corpus.utts[::step][:_MOST_VOICES]:
        try:
            found.append(read_audio(corpus.audio[utt]).tolist())
        except AudioError:
            continue
    if not found:
        raise InputError(f"{voices}: no line can be read")
    return found
