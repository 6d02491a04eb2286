"""What a wrong option is told."""

import re

_UNION = re.compile(
    r'^Parser key "(?P<key>[^"]+)": Does not validate against any of the Union subtypes .*? Errors: - '
    r"(?P<first>.*?)(?: - Expected a <class 'NoneType'>)? Given value type: .*? Given value: (?P<given>.*)$"
)
_INNER = re.compile(r'Parser key "(?P<key>[^"]+)": (?P<text>.*?)(?=\. Got value: Namespace\(|$)')


def option_message(text: str) -> str:
    """The message of a wrong option in one line, without the types that were tried around the mistake.

    Args:
        text: What jsonargparse says.

    Returns:
        The option, with the argument inside it where there is one, what was expected and what was given.
    """
    line = " ".join(text.split())
    union = _UNION.match(line)
    if union is None:
        return line
    inner = list(_INNER.finditer(union["first"]))
    if len(inner) != 1:
        return line if inner else f"{union['key']}: {union['first']}. Got value: {union['given']}"
    return f"{union['key']}.{inner[0]['key']}: {inner[0]['text']}"
