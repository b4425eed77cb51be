"""A page that stands alone: no script, nothing fetched, words of people only as words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from bot.words import Reader, Say, Value, render, seen
from bot.words.language import language

STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;"
    "margin:2rem auto;padding:0 1rem}h2{margin-top:2.5rem;border-bottom:1px solid #8886}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.1rem 1rem;margin:1rem 0;"
    "padding:.6rem .8rem;border:1px solid #8884;border-radius:.5rem}dt{color:#777}"
    "dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}.none{color:#777}"
    "@media(max-width:36rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Part:
    title: Say
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    title: Say
    intro: Sequence[Say]
    parts: Sequence[Part]
    labels: Mapping[str, Say]
    none: Say

    def html(self, reader: Reader) -> bytes:
        def words(text: Say | Value) -> Markup:
            return escape(render(text, reader, str))

        locale = str(language(reader.language).locale).replace("_", "-")
        head = Markup(
            '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta http-equiv="Content-Security-Policy" content="{}"><title>{}</title>'
        ).format(locale, POLICY, words(self.title))
        style = Markup("<style>{}</style></head><body><h1>{}</h1>").format(
            Markup(STYLE), words(self.title)
        )
        intro = Markup().join(Markup("<p>{}</p>").format(words(each)) for each in self.intro)
        parts = Markup().join(self._part(each, reader, words) for each in self.parts)
        whole = head + style + intro + parts + Markup("</body></html>\n")
        return str(whole).encode("utf-8", "replace")

    def _part(self, part: Part, reader: Reader, words: Any) -> Markup:
        body = Markup().join(self._row(each, reader, words) for each in part.rows)
        if not part.rows:
            body = Markup('<p class="none">{}</p>').format(words(self.none))
        return Markup("<section><h2>{} ({})</h2>{}</section>").format(
            words(part.title), len(part.rows), body
        )

    def _row(self, row: Mapping[str, Any], reader: Reader, words: Any) -> Markup:
        pairs = Markup().join(
            Markup('<dt>{}</dt><dd dir="auto">{}</dd>').format(
                words(self.labels[name]) if name in self.labels else name, _value(value, words)
            )
            for name, value in row.items()
            if value not in (None, "", ())
        )
        return Markup("<dl>{}</dl>").format(pairs)


def _value(value: Any, words: Any) -> Markup:
    if isinstance(value, Say | datetime):
        return Markup(words(value))
    if isinstance(value, Mapping):
        return escape("\n".join(f"{name}: {seen(str(each))}" for name, each in value.items()))
    if isinstance(value, bool):
        return escape("✓" if value else "✗")
    return escape(seen(str(value)))


def text(paragraphs: Iterable[Say], reader: Reader) -> bytes:
    """The same for who opens no page."""
    return "\n\n".join(render(each, reader, str) for each in paragraphs).encode() + b"\n"
