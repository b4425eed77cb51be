"""What comes from elsewhere: pinned by hash, free to be used, and under its own name.

Whether a version has a known hole is asked where there is a network: docs/security.md.
"""

import re
import tomllib
from importlib import metadata
from itertools import combinations, pairwise

import pytest

from tests.needs import ROOT
from tools.sbom import bill

RUNTIME = ("requirements.lock", "requirements-postgres.lock", "requirements-oidc.lock")
LOCKS = (*RUNTIME, "requirements-dev.lock")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.MULTILINE)
NAMED = re.compile(r"[A-Za-z0-9][\w.-]*")
FREE = re.compile(  # to use and pass on, whatever the program that uses it is under
    r"\b(MIT|MIT-0|BSD|BSD-\d-Clause|Apache|Apache-2\.0|ISC|Internet Systems Consortium|PSF-2\.0"
    r"|Python Software Foundation|MPL|MPL-2\.0|Unlicense|LGPL|LGPL-3\.0-only"
    r"|Lesser General Public)\b"
)
OTHERS = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|General Public License|SSPL|BUSL|Commons Clause)")
LOOKED_UP = {"peewee": "MIT", "vodozemac": "Apache-2.0"}  # whose metadata does not say
ALIKE = {  # one letter apart, and both of them meant
    frozenset(("h11", "h2")),
    frozenset(("httpx", "httpx2")),
    frozenset(("httpcore", "httpcore2")),
}


def pins(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / lock).read_text(encoding="utf-8")))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(name: str) -> str:
    """As its metadata tells it."""
    told = dict(metadata.metadata(name).json)
    classes = [each for each in told.get("classifier", []) if each.startswith("License")]
    return " ".join(
        [*map(str, (told.get("license_expression", ""), told.get("license", ""))), *classes]
    )


def installed() -> list[str]:
    """What the locks of a running Duly name and this system installs."""
    found = []
    for name in sorted({name for lock in RUNTIME for name in pins(lock)}):
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # for another system
        found.append(name)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_a_hash(lock: str) -> None:
    text = re.sub(r"\\\n\s*", " ", (ROOT / lock).read_text(encoding="utf-8"))
    lines = [each for each in text.splitlines() if each and not each.startswith(("#", " "))]

    assert len(lines) == len(PINNED.findall(text)) > 40
    for line in lines:
        assert PINNED.match(line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line
        assert " @ " not in line
        assert "git+" not in line
    assert "--trusted-host" not in text
    assert "--extra-index-url" not in text


def test_each_lock_holds_the_one_before() -> None:
    for smaller, larger in pairwise(LOCKS):
        assert pins(smaller).items() <= pins(larger).items(), (smaller, larger)


def test_what_is_installed_is_what_is_locked() -> None:
    for name in installed():
        assert metadata.version(name) == pins(RUNTIME[-1])[name], name


def test_no_package_is_called_nearly_like_another() -> None:
    """Somebody's slip of a finger would be a package of a stranger's."""
    names = sorted({normal(name) for lock in LOCKS for name in pins(lock)} | set(direct()))
    near = {frozenset(pair) for pair in combinations(names, 2) if one_apart(*pair)}

    assert near <= ALIKE
    for planted in ("reqeusts", "starlete", "slack-bolts", "openpyx1", "matrix_nio"):
        assert any(one_apart(normal(planted), name) or normal(planted) == name for name in names)


def direct() -> list[str]:
    """The packages that the project itself asks for."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*told["dependencies"]]
    for each in told.get("optional-dependencies", {}).values():
        asked += each
    return [normal(found[0]) for each in asked if (found := NAMED.match(each))]


def one_apart(a: str, b: str) -> bool:
    """A letter more, less or another, or two that changed places."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next(
        (n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    rest = a[start:], b[start:]
    return (
        rest[0][1:] == rest[1][1:]
        or rest[0][1:] == rest[1]
        or rest[0] == rest[1][1:]
        or (rest[0][:2] == rest[1][:2][::-1] and rest[0][2:] == rest[1][2:])
    )


def test_every_direct_dependency_is_locked() -> None:
    assert set(direct()) <= {normal(name) for name in pins(LOCKS[-1])}


def test_every_licence_lets_it_be_used() -> None:
    names = installed()
    assert len(names) > 50
    for name in names:
        told = LOOKED_UP.get(name) or licence(name)
        assert FREE.search(told), f"{name}: {told!r}"
        assert not OTHERS.search(told), f"{name}: {told!r}"


def test_another_licence_would_be_found() -> None:
    for told in (
        "AGPL-3.0-only",
        "GPL-3.0",
        "License :: OSI Approved :: GNU General Public License v3",
    ):
        assert OTHERS.search(told), told
    assert not OTHERS.search("GNU Lesser General Public License v2 or later (LGPLv2+)")


@pytest.mark.parametrize("lock", LOCKS)
def test_the_list_of_what_we_are_made_of_is_the_lock(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    made = bill(text)
    parts = made["components"]
    listed = {each["name"]: each["version"] for each in parts}
    files = [each["externalReferences"][0]["hashes"] for each in parts]

    assert listed == pins(lock)
    assert all(files)
    assert sum(map(len, files)) == len(re.findall("--hash=sha256:", text))
    assert all(
        re.fullmatch(r"pkg:pypi/[a-z0-9-]+@\S+", each["purl"]) for each in made["components"]
    )
    assert made["dependencies"][0]["dependsOn"] == [each["bom-ref"] for each in made["components"]]
    assert bill(text) == made
