"""Files that people add to a form: how they are named, and referred to. Policy 2.1.2-attachment.

Between a form and a command they travel as words, "file:" and an id; so a field stays a text.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.words import Say, say

MOST = 10  # files in one field
LONGEST = 120  # characters of a name
NAMELESS = "file"
WORD = re.compile(r"file:([0-9a-f]{32})")
LAST = re.compile(r"(?:(?:^|(?<!\s)\s+)file:[0-9a-f]{32}){1,50}\s*$")  # a run of blanks once
SUFFIX = re.compile(r"\.\w{1,10}$")


@dataclass(frozen=True, slots=True)
class Attached:
    """`sha256` is over its bytes, in hex; `file` its id in the store."""

    name: str
    size: int  # bytes
    sha256: str
    file: str = ""


def reference(file: str) -> str:
    return f"file:{file}"


def written(files: Iterable[str]) -> str:
    """A field's value that refers to them, each once."""
    return " ".join(map(reference, dict.fromkeys(files)))


def referred(value: str) -> tuple[str, ...]:
    """The ids a field's value refers to, each once. Raises ValueError for anything else."""
    found = [WORD.fullmatch(each) for each in value.split()]
    if not all(found):
        raise ValueError("this refers to no file")
    return tuple(dict.fromkeys(each[1] for each in found if each))


def why_not(value: str) -> Say | None:
    """What is wrong with a field's value; None where it refers to files, or to none."""
    try:
        count = len(referred(value))
    except ValueError:
        return say("Choose a file here; words are not read in this field.")
    if count > MOST:
        return say("These are {count} files; at most {most} fit.", count=count, most=MOST)
    return None


def bound(files: Iterable[Attached]) -> str:
    """Files as a line each of what is approved: the hash of their bytes, their size and name."""
    lines = (f"{each.sha256} {each.size} {each.file} {each.name}" for each in files)
    return "\n".join(lines)


def bound_in(text: str) -> tuple[Attached, ...]:
    """The files in what `bound` wrote."""
    parts = (line.split(" ", 3) for line in text.splitlines())
    return tuple(Attached(name, int(size), sha256, file) for sha256, size, file, name in parts)


def apart(text: str) -> tuple[str, str]:
    """A command's words, and the references that stand at their end."""
    found = LAST.search(text[-LONGEST * MOST * MOST :])
    if found is None:
        return text, ""
    return text[: len(text) - len(found[0])], found[0].strip()


def safe_name(name: str) -> str:
    """Its last part, without what cannot be seen or turns it around, and not too long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    short = " ".join(plain.split()).strip(" .")
    if len(short) > LONGEST:
        suffix = SUFFIX.search(short)
        end = suffix[0] if suffix else ""
        short = short[: LONGEST - len(end) - 1].rstrip(" .") + "…" + end
    return short or NAMELESS
