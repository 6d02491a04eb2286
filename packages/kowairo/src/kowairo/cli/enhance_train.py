"""Command `kowairo enhance train`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kowairo.cli.enhance_run import EnhancementRun, run_training
from kowairo.cli.enhance_sources import ItemSource, TrialSource
from kowairo.core import InputError
from kowairo.enhance import EnhancementNet
from kowairo.losses import EnhancementListKind, EnhancementLoss, published_loss
from kowairo.training.enhancement import EnhancementConfig
from kowairo.training.enhancement.legacy_config import LegacyConfig


def train(
    *,
    out: Path,
    embeddings: Path | None = None,
    enhancer: Callable[[int], EnhancementNet] | None = None,
    loss: EnhancementLoss | str | None = None,
    corpus: Path | None = None,
    lists: Path | None = None,
    train_list: Path | None = None,
    sessions: str | None = None,
    domains: str | None = None,
    clean_embeddings: Path | None = None,
    valid_embeddings: Path | None = None,
    valid_corpus: Path | None = None,
    valid_list: Path | None = None,
    valid_clean_embeddings: Path | None = None,
    test_list: Path | None = None,
    foreign_embeddings: Path | None = None,
    foreign_list: Path | None = None,
    foreign_name: str = "libri",
    init: Path | None = None,
    training: EnhancementConfig = EnhancementConfig(),  # noqa: B008 - frozen
    device: str = "cpu",
    threads: int = 1,
    legacy_config: Path | None = None,
) -> None:
    """Train an enhancement net on frozen embeddings, towards the mean of the speaker's other lines.

    A killed training goes on after its last validated epoch. With torchrun, several processes share every
    batch.

    Args:
        out: Folder of the net, `scores.txt`, `curves.png`, `tensorboard/`, `training.json`, `resume.ckpt`.
        embeddings: Embeddings of the training lines, of any form.
        enhancer: LinearNetV1 to LinearNetV4, ResidualMLP, OneStepDiffusion, SetTransformer (for enrolment by
            several lines) or another class, with its settings.
        loss: MSE, MAE, CS, MSE_CS, Softmax, MSE_Softmax, MyTriplet_CS, DA, DA_CS, DA_MSE, or the class of one
            with its settings, as DomainAdaptationCosine with sigma, or AdversarialEnhancement.
        corpus: Kaldi folder of the training lines, or a file in the form of utt2spk; not needed where a list
            has the speakers, or where ids are of the form `speaker/session/utterance`.
        lists: Folder of `kowairo enhance lists --split`: the lists of the loss's kind for training and
            validation, and the test list of the validation speakers.
        train_list: Normal, triplet or distribution list, whichever the loss needs; all lines without one.
        sessions: Table of the corpora with the sessions of lines, for DA without lists.
        domains: Table of the corpora with what the net is to hide, for AdversarialEnhancement.
        clean_embeddings: Embeddings of the same lines, clean: they are the targets, and no labels are needed.
            The embeddings may then be a folder with sets of several disturbances.
        valid_embeddings: Embeddings of speakers who are not trained on; those of the training by default.
        valid_corpus: Kaldi folder of these speakers; its `trials` are the test list where none is named.
        valid_list: List of these speakers, of the same kind, for the validation loss.
        valid_clean_embeddings: Clean embeddings of the validation lines, where the training has clean ones.
        test_list: Trials of these speakers; their EER chooses the epoch.
        foreign_embeddings: Embeddings of another corpus.
        foreign_list: Trials of that corpus, reported beside.
        foreign_name: What that list is called in `scores.txt`.
        init: Folder of a trained net of the same kind to start from.
        training: Optimiser, epochs, targets.
        device: cpu, cuda, cuda:1 ...
        threads: Cores that compute. Steps of these nets take milliseconds: more cores gain little, and beside
            other jobs cost ten times the processor's time in waiting for each other.
        legacy_config: YAML file of proj_2022NC; what it says counts, whatever the other options say.
    """
    if legacy_config is not None:
        legacy = LegacyConfig.read(legacy_config)
        run_training(
            _legacy_run(legacy, foreign_name, training), out, init=init, device=device, threads=threads
        )
        return
    if embeddings is None or enhancer is None or loss is None:
        raise InputError("training needs --embeddings, --enhancer and --loss, or --legacy_config")
    objective = published_loss(loss) if isinstance(loss, str) else loss
    named = _Lists(train_list, valid_list, test_list).of_folder(lists, objective.list_kind)
    others = valid_embeddings or embeddings
    own = ItemSource(embeddings, corpus, named.train, sessions, domains, clean_embeddings)
    theirs = ItemSource(others, valid_corpus, named.valid, sessions, domains, valid_clean_embeddings)
    trials = named.test or (None if valid_corpus is None else valid_corpus / "trials")
    tests = [] if trials is None else [TrialSource("valid", trials, others, valid_corpus)]
    if foreign_list is not None:
        tests.append(TrialSource(foreign_name, foreign_list, foreign_embeddings or others))
    valid = theirs if _has_items(theirs, beside=own) else None
    run = EnhancementRun(enhancer, objective, training, own, valid, tests)
    run_training(run, out, init=init, device=device, threads=threads)


@dataclass(frozen=True)
class _Lists:
    """Lists by what they are for; None where there is none."""

    train: Path | None
    valid: Path | None
    test: Path | None

    def of_folder(self, folder: Path | None, kind: EnhancementListKind) -> "_Lists":
        """Those of a folder of `kowairo enhance lists --split`, if there is one."""
        if folder is None:
            return self
        if self.train or self.valid or self.test:
            raise InputError("--lists names all lists; give it, or each by itself")
        train, valid = (folder / f"{side}_{kind}_list.txt" for side in ("train", "valid"))
        return _Lists(train, valid, folder / "valid_test_list.txt")


def _has_items(valid: ItemSource, *, beside: ItemSource) -> bool:
    """Whether there are validation lines with targets of the same kind as in training."""
    if beside.clean is not None:
        return valid.clean is not None
    return valid.corpus is not None or valid.listed is not None


def _legacy_run(theirs: LegacyConfig, foreign_name: str, beside: EnhancementConfig) -> EnhancementRun:
    """What a configuration of that project says."""
    if not theirs.train_list or not theirs.train_path:
        raise InputError("the configuration needs train_list and train_path")
    tests = [
        TrialSource(name, Path(trials), Path(folder or theirs.train_path))
        for name, trials, folder in (
            ("valid", theirs.test_list, theirs.test_path),
            (foreign_name, theirs.test_list_libri, theirs.test_path_libri),
        )
        if trials
    ]
    valid = ItemSource(Path(theirs.valid_path or theirs.train_path), None, Path(theirs.valid_list))
    run = EnhancementRun(
        make_net=theirs.make_net,
        loss=theirs.make_loss(),
        config=theirs.training(beside=beside),
        train=ItemSource(Path(theirs.train_path), None, Path(theirs.train_list)),
        valid=valid if theirs.valid_list else None,
        tests=tests,
    )
    if not theirs.gen_list:
        return run
    generated = ItemSource(Path(theirs.gen_path or theirs.train_path), None, Path(theirs.gen_list))
    return replace(run, generated=generated, generated_folder=theirs.gen_target_dir)
