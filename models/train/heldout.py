"""The held-out rule: which problems no model of this project is ever trained on.

A problem is named by a key that does not depend on its phrasing or on the order of its operands or options. Roughly one
key in ten is held out. `suites/keys.mjs` implements the same rule in JavaScript, so a suite can prove that its items
were never trained on.
"""

import hashlib

DOMAIN = b"touchstone/tiny/held-out/v1\n"
PER_MILLE = 100


def is_held_out(key: str) -> bool:
    """True if the problem with this key belongs to the test side."""
    digest = hashlib.sha256(DOMAIN + key.encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") % 1000 < PER_MILLE


def number_key(name: str, *numbers: int) -> str:
    """Key of a problem over numbers whose order does not matter: `add 12 45`."""
    return " ".join([name, *map(str, sorted(numbers))])


def sequence_key(terms: list[int]) -> str:
    """Key of a sequence problem: the shown terms, in order (`seq 3 5 7 9`)."""
    return " ".join(["seq", *map(str, terms)])


def string_key(letters: str) -> str:
    """Key of copy and reverse: a string and its mirror image are one problem."""
    return f"string {min(letters, letters[::-1])}"


def letters_key(letters: str) -> str:
    """Key of sorting letters: all orders of the same letters are one problem."""
    return f"letters {''.join(sorted(letters))}"


def count_key(letter: str, letters: str) -> str:
    """Key of counting a letter: the order of the letters does not matter."""
    return f"count {letter} {''.join(sorted(letters))}"


def json_key(shape: str, *values: object) -> str:
    """Key of an extraction problem: the shape and its values (`json person Anna 34 Oslo`)."""
    return " ".join(["json", shape, *map(str, values)])
