"""Which sentences of the code the catalogues lack, and which they keep for nothing.

`python tools/catalogue.py` names them. With `--write` it also puts the catalogues in the order of
the code, the files of each sentence above it: what is missing comes in blank, what is unused goes.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("bot", "adapters", "commands", "reports")
SPEAKING = ROOT / "bot" / "words" / "__init__.py"  # where `say` is defined
TEXTS = {"say": 1, "say_many": 2}  # how many of their arguments are sentences

Id = str | tuple[str, str]


def said() -> Mapping[Id, list[str]]:
    """Every sentence of the code, and the files that say it."""
    found: dict[Id, list[str]] = {}
    for folder in FOLDERS:
        for file in sorted(set((ROOT / folder).rglob("*.py")) - {SPEAKING}):
            name = str(file.relative_to(ROOT))
            for id in _said(ast.parse(file.read_text(encoding="utf-8"), name), name):
                files = found.setdefault(id, [])
                files += [] if name in files else [name]
    return found


def _said(module: ast.Module, name: str) -> Iterator[Id]:
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        count = TEXTS.get(getattr(call.func, "id", ""), 0)
        texts = [str(each.value) for each in call.args[:count] if isinstance(each, ast.Constant)]
        if len(texts) < count:
            sys.exit(f"{name}:{call.lineno}: write the sentence out where it is said")
        if count:
            yield texts[0] if count == 1 else (texts[0], texts[1])


def main() -> int:
    wanted, faults = said(), 0
    for path in sorted(SPEAKING.parent.glob("*.po")):
        with path.open("rb") as file:
            old = read_po(file, locale=path.stem)
        kept = {each.id: each.string for each in old if each.id and not each.context}
        lines = [f"missing: {id}\n" for id in wanted if not all(kept.get(id) or ("",))]
        lines += [f"unused: {id}\n" for id in kept if id not in wanted]
        sys.stdout.writelines(f"{path.name}: {line}" for line in lines)
        faults += len(lines)
        if "--write" in sys.argv[1:]:
            _write(path, old, wanted)
    return 1 if faults else 0


def _write(path: Path, old: Catalog, wanted: Mapping[Id, list[str]]) -> None:
    new = Catalog(locale=path.stem)
    for name in (each for each in old if each.context):
        new.add(name.id, name.string, name.locations, context=name.context)
    for id, files in wanted.items():
        known = old.get(id[0] if isinstance(id, tuple) else id)
        new.add(id, known.string if known else "", [(file, 0) for file in files])
    for each in new:
        each.flags.clear()  # a "%" makes no Python format of a sentence
    header = "".join(f'"{line}\\n"\n' for line in _header(path.stem))
    with path.open("wb") as file:
        file.write(f'msgid ""\nmsgstr ""\n{header}\n'.encode())
        write_po(file, new, width=0, omit_header=True, include_lineno=False)


def _header(locale: str) -> tuple[str, ...]:
    plural = "Plural-Forms: nplurals=1; plural=0;"
    return ("Content-Type: text/plain; charset=utf-8", f"Language: {locale}", plural)


if __name__ == "__main__":
    sys.exit(main())
