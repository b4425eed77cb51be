"""Puts right what openpyxl writes otherwise than the schema of the file format wants it."""

from xml.etree import ElementTree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = "xl/styles.xml"
FONT = (  # in this order
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color",
    "name", "family", "charset", "scheme",
)  # fmt: skip
ORDER = {f"{{{MAIN}}}{name}": at for at, name in enumerate(FONT)}


def tidy(part: str, body: bytes) -> bytes:
    return _ordered(body) if part == STYLES else body


def _ordered(styles: bytes) -> bytes:
    """What makes up a font, in the order of the schema."""
    ElementTree.register_namespace("", MAIN)
    root = ElementTree.fromstring(styles)
    for font in root.iter(f"{{{MAIN}}}font"):
        font[:] = sorted(font, key=lambda each: ORDER.get(each.tag, len(ORDER)))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
