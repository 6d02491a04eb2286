"""Command `kowairo enhance train`."""

from collections.abc import Callable
from pathlib import Path

from kowairo.core import Corpus, EmbeddingSet, read_trials, write_json
from kowairo.enhance import Enhancer, save_enhancer
from kowairo.losses import EnhancementLoss
from kowairo.training.enhancement import EnhancementConfig, EnhancementResult, train_enhancer


def train(
    *,
    embeddings: Path,
    corpus: Path,
    valid_embeddings: Path,
    valid_corpus: Path,
    out: Path,
    enhancer: Callable[[int], Enhancer],
    loss: EnhancementLoss,
    training: EnhancementConfig = EnhancementConfig(),  # noqa: B008 - frozen
) -> None:
    """Train an enhancement net on frozen embeddings, towards the mean of the speaker's other lines.

    Args:
        embeddings: Embedding set of the training lines.
        corpus: Kaldi folder of the training lines.
        valid_embeddings: Embedding set of speakers who are not trained on; their trials choose the epoch.
        valid_corpus: Kaldi folder of these speakers, with `trials`.
        out: Folder of the net.
        enhancer: LinearNetV1 to LinearNetV4, or another class, with its settings.
        loss: MSE, MAE, Cosine or MSECosine.
        training: Optimiser, epochs and targets.
    """
    vectors = EmbeddingSet.load(embeddings)
    tables = Corpus.read(corpus)
    net = enhancer(vectors.dim)
    result = train_enhancer(
        net,
        loss,
        vectors.subset(utt for utt in vectors.utts if utt in tables.utt2spk),
        tables.utt2spk,
        valid=EmbeddingSet.load(valid_embeddings),
        valid_trials=read_trials(valid_corpus / "trials"),
        valid_utt2spk=Corpus.read(valid_corpus).utt2spk,
        config=training,
    )
    save_enhancer(net, out)
    write_json(out / "training.json", _summary(result))
    before, after = 100 * result.unenhanced_valid_eer, 100 * result.valid_eer
    print(f"{out}: validation EER {before:.2f} % before, {after:.2f} % after (epoch {result.best_epoch})")


def _summary(result: EnhancementResult) -> dict[str, float | int]:
    return {
        "best_epoch": result.best_epoch,
        "valid_eer": result.valid_eer,
        "unenhanced_valid_eer": result.unenhanced_valid_eer,
        "num_utterances": result.num_utterances,
        "num_speakers": result.num_speakers,
    }
