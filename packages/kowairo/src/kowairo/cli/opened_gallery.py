"""A gallery and the encoder that its vectors are of, as the commands open them."""

from pathlib import Path

from kowairo.core import InputError, find_named
from kowairo.inference import QualityBar, SpeakerEmbedder
from kowairo.inference.gallery import AcceptanceRule, Gallery, GalleryEncoder, VoiceScoring

DEFAULT_ENCODER = "base"


def open_embedder(gallery: Gallery, encoder: str | None, *, any_quality: bool = False) -> SpeakerEmbedder:
    """Load the encoder of a gallery.

    Args:
        gallery: The gallery.
        encoder: What opens it; None takes what the gallery was made with.
        any_quality: Embed recordings below the bar of quality too.

    Raises:
        InputError: It is not there, or it is another one.
    """
    embedder = _load(encoder or gallery.encoder.name, any_quality)
    _check(embedder, gallery)
    return embedder


def open_or_make(
    place: str, encoder: str | None, *, any_quality: bool = False, sha256: str | None = None
) -> tuple[Gallery, SpeakerEmbedder]:
    """Open a gallery to add to, or make it.

    Args:
        place: Folder or URL.
        encoder: What opens the encoder; None takes that of the gallery, or `base` for a new one.
        any_quality: Embed recordings below the bar of quality too.
        sha256: Digest that the encoder must have.

    Returns:
        The gallery and its encoder.

    Raises:
        InputError: The encoder is not there, or is not that of the gallery, or has another digest.
    """
    gallery = find_gallery(place)
    if gallery is not None:
        return gallery, open_embedder(gallery, encoder, any_quality=any_quality)
    name = encoder or DEFAULT_ENCODER
    embedder = _load(name, any_quality)
    if sha256 not in (None, embedder.digest):
        raise InputError(
            f"the vectors are not of the encoder {name}; give the one they are of with --encoder"
        )
    # A relative path would mean something else in another folder; a name means the same everywhere, whatever
    # lies here under it.
    if find_named(name) is None and Path(name).exists():
        name = str(Path(name).resolve())
    made = Gallery.create(place, GalleryEncoder(name, embedder.digest, embedder.encoder.embedding_dim))
    return made, embedder


def find_gallery(place: str) -> Gallery | None:
    """Open a gallery, None if there is none there."""
    try:
        return Gallery.open(place)
    except InputError:
        # A gallery that cannot be read is refused when it is made.
        return None


def choose_rule(
    gallery: Gallery, threshold: float | None, margin: float | None, scoring: VoiceScoring | None
) -> AcceptanceRule | None:
    """The rule of acceptance: that of the options, or the one that was kept with the gallery.

    Raises:
        InputError: A margin without a threshold, or a number without meaning.
    """
    if threshold is not None:
        return AcceptanceRule(threshold, margin or 0.0, scoring or "centroid")
    kept = gallery.rule
    if margin is not None:
        raise InputError("a margin needs --threshold; `kowairo gallery measure --keep` keeps both")
    return kept if scoring in (None, kept.scoring if kept else None) else None


def _load(encoder: str, any_quality: bool) -> SpeakerEmbedder:
    bar = None if any_quality else QualityBar()
    return SpeakerEmbedder.from_pretrained(encoder, bar=bar)


def _check(embedder: SpeakerEmbedder, gallery: Gallery) -> None:
    if embedder.digest != gallery.encoder.sha256:
        raise InputError(
            f"this gallery is of the encoder {gallery.encoder.name} ({gallery.encoder.sha256[:12]}), "
            f"the one given is another ({embedder.digest[:12]}): vectors of two encoders cannot be compared"
        )
