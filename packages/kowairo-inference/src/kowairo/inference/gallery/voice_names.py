"""Names of voices: any script, one spelling."""

import unicodedata

from kowairo.core import InputError

MAX_NAME_CHARACTERS = 200


def clean_voice_name(name: str) -> str:
    """Bring a name to its one spelling: Unicode NFC, no blanks around it, single blanks in it.

    The same kana may be typed as one code point or as two, and file systems differ in which they give back;
    without one spelling a voice would be there twice.

    Args:
        name: As typed.

    Returns:
        The name as it is stored and compared.

    Raises:
        InputError: Nothing is left, it is longer than 200 characters, or it holds a control character or half
            of a surrogate pair.
    """
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not clean:
        raise InputError("a voice needs a name")
    if len(clean) > MAX_NAME_CHARACTERS:
        raise InputError(f"a name of {len(clean)} characters, at most {MAX_NAME_CHARACTERS} are allowed")
    if wrong := [character for character in clean if unicodedata.category(character) in ("Cc", "Cs")]:
        raise InputError(f"the name {clean!r} holds the control character U+{ord(wrong[0]):04X}")
    return clean
