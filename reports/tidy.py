"""Puts right what openpyxl writes otherwise than the schema of the file format wants it."""

import re
from xml.etree import ElementTree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = "xl/styles.xml"
FONT = (  # in this order
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color",
    "name", "family", "charset", "scheme",
)  # fmt: skip
ORDER = {f"{{{MAIN}}}{name}": at for at, name in enumerate(FONT)}


CHARTS = "xl/charts/"
OWN = re.compile(rb'(<numFmt formatCode="[^"]*") ?/>')


def tidy(part: str, body: bytes) -> bytes:
    if part == STYLES:
        return _ordered(body)
    if part.startswith(CHARTS):
        return OWN.sub(rb'\1 sourceLinked="0"/>', body)  # else the cells' form is taken
    return body


def _ordered(styles: bytes) -> bytes:
    """What makes up a font, in the order of the schema."""
    ElementTree.register_namespace("", MAIN)
    root = ElementTree.fromstring(styles)
    for font in root.iter(f"{{{MAIN}}}font"):
        font[:] = sorted(font, key=lambda each: ORDER.get(each.tag, len(ORDER)))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
