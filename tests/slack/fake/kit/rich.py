"""Rich text and tables: what people's clients write, and apps may."""

from typing import Any

from tests.slack.fake.kit.checks import (
    Check,
    Inspection,
    Shape,
    flag,
    items,
    kinds,
    nothing,
    one_of,
    string,
    url,
    whole,
)

ID = string(255, "An id", 1)
STYLE: dict[str, Check] = {
    "style": Shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))
}
INLINE = kinds(
    {
        "text": Shape({"text": string(40_000, "A piece of text", 1)}, STYLE),
        "link": Shape({"url": url}, STYLE | {"text": string(40_000), "unsafe": flag}),
        "user": Shape({"user_id": ID}, STYLE),
        "usergroup": Shape({"usergroup_id": ID}, STYLE),
        "channel": Shape({"channel_id": ID}, STYLE),
        "team": Shape({"team_id": ID}, STYLE),
        "emoji": Shape({"name": ID}, STYLE | {"unicode": ID, "skin_tone": whole(2, 6)}),
        "broadcast": Shape({"range": one_of("here", "channel", "everyone")}, STYLE),
        "date": Shape(
            {"timestamp": whole(0, 9_999_999_999), "format": ID},
            STYLE | {"url": url, "fallback": string(3000)},
        ),
        "color": Shape({"value": ID}, STYLE),
    },
    "piece of rich text",
)
LINE: dict[str, Check] = {"elements": items(INLINE, 1000, 0)}
BORDER: dict[str, Check] = {"border": whole(0, 1)}
SECTION = Shape(LINE)
RICH_TEXT: dict[str, Check] = {
    "elements": items(
        kinds(
            {
                "rich_text_section": SECTION,
                "rich_text_preformatted": Shape(LINE, BORDER | {"language": nothing}),
                "rich_text_quote": Shape(LINE, BORDER),
                "rich_text_list": Shape(
                    {
                        "style": one_of("bullet", "ordered"),
                        "elements": items(kinds({"rich_text_section": SECTION}, "list item"), 1000),
                    },
                    BORDER | {"indent": whole(0, 8), "offset": whole(0, 10_000)},
                ),
            },
            "part of a rich text",
        ),
        1000,
        0,
    )
}


def row(look: Inspection, value: Any, path: str) -> None:
    items(CELL, 20, 1, "A row of a table")(look, value, path)


CELL = kinds(
    {
        "raw_text": Shape({"text": string(10_000, "A cell", 1)}),
        "raw_number": Shape({"value": nothing}, {"text": string(10_000, "A cell", 1)}),
        "rich_text": Shape(RICH_TEXT),
    },
    "cell of a table",
)
TABLE: dict[str, Check] = {"rows": items(row, 100, 1, "A table")}
