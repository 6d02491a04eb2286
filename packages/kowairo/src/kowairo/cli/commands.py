"""Table of the commands; nothing is imported before one is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Command:
    """Where a command is, and what the list of commands says about it."""

    target: str
    """`module:function`."""
    summary: str
    """One line of help."""
    uses_networks: bool = False
    """Whether it runs neural networks: then plug-ins are loaded first, which imports torch."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Other spellings of options: (spelling, option)."""
    positional: str = ""
    """Option, a list, that takes the words without an option, as the files of `verify A B`."""
    writes_config: bool = False
    """Whether its parameter `out` is a folder that gets the resolved configuration as `config.yaml`."""


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "corpus synthesize": Command(
            "kowairo.cli.corpus:synthesize", "make the synthetic visual novel", writes_config=True
        ),
        "corpus import": Command(
            "kowairo.cli.corpus:import_tables", "check a corpus and make its tables", writes_config=True
        ),
        "corpus split": Command(
            "kowairo.cli.corpus:split", "training, validation and test sides", writes_config=True
        ),
        "corpus pack": Command("kowairo.cli.corpus:pack", "decode a corpus once, for training"),
        "corpus revoice": Command(
            "kowairo.cli.corpus:revoice", "new speakers: real ones in other voices", writes_config=True
        ),
        "corpus join": Command("kowairo.cli.corpus_join:join", "several corpora as one"),
        "corpus relabel": Command("kowairo.cli.corpus_relabel:relabel", "actors in the place of characters"),
        "corpus shard": Command("kowairo.cli.shard:shard", "tar shards of a corpus, for training"),
        "corpus index": Command("kowairo.cli.shard:index", "list what is in tar shards of others"),
        "corpus stats": Command("kowairo.cli.corpus:stats", "count lines, speakers and hours"),
        "trials make": Command("kowairo.cli.trials:make", "draw target and non-target trials"),
        "trials import": Command(
            "kowairo.cli.trial_import:import_trials",
            "any convention of trials into a Kaldi folder",
        ),
        "augment material": Command(
            "kowairo.cli.augment:material", "noise, music, voices and rooms in two parts", writes_config=True
        ),
        "augment copy": Command(
            "kowairo.cli.augment:copy",
            "copy of a set with noise on every line, or in rooms",
            writes_config=True,
        ),
        "train": Command("kowairo.cli.train:train", "train an encoder, one stage", uses_networks=True),
        "finetune": Command(
            "kowairo.cli.finetune:finetune",
            "fine-tune an encoder on your voices, measured before and after",
            uses_networks=True,
        ),
        "merge": Command(
            "kowairo.cli.train:merge",
            "find characters that are one voice by a trained stage",
            uses_networks=True,
        ),
        "embed": Command(
            "kowairo.cli.embed:embed", "audio to embeddings", uses_networks=True, writes_config=True
        ),
        "backend fit": Command(
            "kowairo.cli.backend:fit", "fit LDA, PLDA, a chain of steps ... on training embeddings"
        ),
        "backend apply": Command(
            "kowairo.cli.backend:apply", "transform embeddings by a fitted back-end", writes_config=True
        ),
        "backend adapt": Command(
            "kowairo.cli.backend:adapt", "adapt a PLDA to another domain without labels"
        ),
        "score": Command("kowairo.cli.score:score", "trials to scores, by cosine or a fitted back-end"),
        "normalize": Command("kowairo.cli.normalize:normalize", "Z-, T-, S- and AS-norm of scores"),
        "calibrate": Command(
            "kowairo.cli.calibrate:calibrate", "scores to log-likelihood ratios; fusion, operating points"
        ),
        "metrics": Command(
            "kowairo.cli.metrics:metrics", "EER, minDCF, Cllr with confidence intervals; worst trials"
        ),
        "metrics identification": Command(
            "kowairo.cli.identification:identification", "top-k accuracy, FNIR at FPIR of who-is-it scores"
        ),
        "compare": Command("kowairo.cli.compare:compare", "two systems on the same trials, paired"),
        "plot det": Command("kowairo.cli.plot:det", "DET curves of one system or more"),
        "plot scores": Command("kowairo.cli.plot:scores", "score histograms"),
        "plot tippett": Command("kowairo.cli.plot:tippett", "Tippett plots of log-likelihood ratios"),
        "plot calibration": Command(
            "kowairo.cli.plot:calibration", "reliability or probability of error of log-likelihood ratios"
        ),
        "plot map": Command(
            "kowairo.cli.plot_voices:draw_map", "map of voices by one encoder, or several side by side"
        ),
        "plot similarity": Command(
            "kowairo.cli.plot_voices:draw_similarity", "how alike every two characters are, in groups"
        ),
        "plot timeline": Command(
            "kowairo.cli.plot_timeline:draw_timeline", "who of a gallery speaks when in a long recording"
        ),
        "evaluate": Command("kowairo.cli.evaluate:evaluate", "all trial lists of several sets"),
        "enhance lists": Command(
            "kowairo.cli.enhance_lists:lists", "lists of single lines, triplets, session pairs and trials"
        ),
        "enhance conditions": Command(
            "kowairo.cli.enhance_conditions:conditions", "lines under several conditions, with trials of each"
        ),
        "enhance train": Command(
            "kowairo.cli.enhance_train:train", "train an enhancement net on embeddings", uses_networks=True
        ),
        "enhance fit": Command(
            "kowairo.cli.enhance_fit:fit",
            "fit LDA, WCCN, CORAL ... as an enhancement net",
            uses_networks=True,
        ),
        "enhance apply": Command(
            "kowairo.cli.enhance_apply:apply", "embeddings through an enhancement net", uses_networks=True
        ),
        "enhance attach": Command(
            "kowairo.cli.enhance_attach:attach",
            "an enhancement net behind an encoder, one checkpoint",
            uses_networks=True,
        ),
        "enhance enroll": Command(
            "kowairo.cli.enhance_enroll:enroll",
            "one embedding of several enrolment lines, by a net of sets",
            uses_networks=True,
        ),
        "enhance check_sets": Command(
            "kowairo.cli.enhance_check_sets:check_sets",
            "a net of sets against the plain mean, by number of lines",
            uses_networks=True,
        ),
        "enhance table": Command(
            "kowairo.cli.enhance_table:table",
            "several enhancers on unseen speakers, with paired intervals; keeps the best",
            uses_networks=True,
        ),
        "enhance check": Command(
            "kowairo.cli.enhance_check:check", "EER before and after an enhancement net", uses_networks=True
        ),
        "report": Command(
            "kowairo.cli.report:report", "page of an experiment, or a table of several (--compare)"
        ),
        "report evaluation": Command(
            "kowairo.cli.report:evaluation", "page of any systems' scores on one trial list"
        ),
        "export": Command(
            "kowairo.cli.export:export", "checkpoint folder and ONNX file, checked", uses_networks=True
        ),
        "verify": Command(
            "kowairo.cli.verify:verify",
            "one voice or two: kowairo verify KNOWN ... QUESTIONED",
            positional="files",
        ),
        "similarity": Command(
            "kowairo.cli.similarity:similarity",
            "synthesised voices against real ones: kowairo similarity PAIRS.tsv | MADE REAL",
            positional="sources",
        ),
        "gallery add": Command(
            "kowairo.cli.gallery_enroll:add",
            "recordings of one voice: kowairo gallery add --gallery G --voice NAME FILE ...",
            positional="files",
        ),
        "gallery enroll": Command(
            "kowairo.cli.gallery_enroll:enroll_many", "a folder per character, or a corpus, in one go"
        ),
        "gallery list": Command("kowairo.cli.gallery:list_voices", "voices, or the references of one"),
        "gallery identify": Command(
            "kowairo.cli.gallery_identify:identify",
            "who of the gallery it is, or nobody: kowairo gallery identify --gallery G FILE ...",
            positional="files",
        ),
        "gallery search": Command("kowairo.cli.gallery_identify:search", "who sounds like a voice or a file"),
        "gallery measure": Command(
            "kowairo.cli.gallery_identify:measure", "open-set errors of a gallery, and its threshold"
        ),
        "gallery rename": Command("kowairo.cli.gallery:rename", "another name for a voice"),
        "gallery merge": Command("kowairo.cli.gallery:merge", "one voice of several", positional="voices"),
        "gallery remove": Command(
            "kowairo.cli.gallery:remove", "voices, or references of one", positional="voices"
        ),
        "gallery compact": Command("kowairo.cli.gallery:compact", "forget what was removed, on disk too"),
        "gallery index": Command("kowairo.cli.gallery:index", "index of over a million references"),
        "serve": Command("kowairo.cli.serve:serve", "web page and HTTP interface, on loopback by default"),
        "models list": Command(
            "kowairo.cli.models:list_encoders", "encoders by name, and whether they are here"
        ),
        "models folder": Command("kowairo.cli.models:print_folder", "where an encoder is"),
        "models get campplus": Command(
            "kowairo.cli.models:get_campplus",
            "the published weights of CAM++ into the user's cache",
            aliases=(("--from", "--source"),),
        ),
        "models get ge2e": Command(
            "kowairo.cli.models_import:get_ge2e",
            "the published weights of Resemblyzer's GE2E into the user's cache",
            aliases=(("--from", "--source"),),
        ),
        "models import": Command(
            "kowairo.cli.models_import:import_encoder", "checkpoint folder of somebody else's encoder"
        ),
        "models calibrate": Command(
            "kowairo.cli.models_calibrate:calibrate_encoder",
            "likelihood ratios and thresholds into an encoder's card",
            uses_networks=True,
        ),
        "models record": Command("kowairo.cli.models:record", "record what an encoder was trained on"),
        "models overlap": Command(
            "kowairo.cli.models:overlap", "whether an encoder was trained on voices of a corpus"
        ),
        "models pack": Command(
            "kowairo.cli.pack:pack",
            "trained checkpoint to a folder that ships",
            uses_networks=True,
        ),
    }
)
"""Commands by their words."""


def list_commands(group: str = "") -> str:
    """Format the commands that start with some words.

    Args:
        group: First words, as `corpus`; empty for all.

    Returns:
        A line for each.
    """
    prefix = f"{group} " if group else ""
    chosen = {words: command for words, command in COMMANDS.items() if words.startswith(prefix)}
    width = max(map(len, chosen))
    return "\n".join(f"  kowairo {words:<{width}}  {command.summary}" for words, command in chosen.items())


def split_words(arguments: list[str]) -> tuple[str, list[str]]:
    """Part a command line in the words of a command and its options.

    Args:
        arguments: Everything behind `kowairo`.

    Returns:
        The words (those of a command, of a group, or unknown ones) and the rest.
    """
    count = next((i for i, text in enumerate(arguments) if text.startswith("-")), len(arguments))
    for length in range(count, 0, -1):
        words = " ".join(arguments[:length])
        if words in COMMANDS:
            return words, arguments[length:]
    return " ".join(arguments[:count]), arguments[count:]
