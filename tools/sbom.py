"""What Duly is made of: a lock as CycloneDX 1.5, for programs that look for holes and licences.

python -m tools.sbom requirements-oidc.lock > duly.cdx.json
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot import VERSION

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
DULY = f"pkg:generic/duly@{VERSION}"


def bill(lock: str) -> dict[str, Any]:
    """`lock`: its text. The same text makes the same bill."""
    parts = list(components(lock))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{DULY} {lock}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": DULY,
                "name": "duly",
                "version": VERSION,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": DULY, "dependsOn": [each["bom-ref"] for each in parts]}],
    }


def components(lock: str) -> Iterator[dict[str, Any]]:
    for line in re.sub(r"\\\n\s*", " ", lock).splitlines():
        found = PINNED.match(line)
        if found is None:
            continue
        name, version, where = found[1], found[2], (found[3] or "").partition(" --")[0].strip()
        purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
        files = [{"alg": "SHA-256", "content": each} for each in HASH.findall(line)]
        source = {"type": "distribution", "url": purl}  # whichever index or mirror it came from
        one = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        told = {"properties": [{"name": "installed where", "value": where}]} if where else {}
        yield {**one, **told, "externalReferences": [{**source, "hashes": files}]}


def main(words: list[str]) -> int:
    if len(words) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    text = (ROOT / words[0]).read_text(encoding="utf-8")
    sys.stdout.write(json.dumps(bill(text), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
