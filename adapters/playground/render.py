"""Cards in HTML and in plain words. Pure; words of people can never become markup."""

import re
from dataclasses import replace
from html import escape

from adapters.playground.cast import Cast, Person, Team
from adapters.playground.lines import Body
from adapters.playground.mentions import Whom, mentions
from bot.card import Button, Card
from bot.effects import Publish
from bot.words import Code, Link, Quoted, Reader, Rows, Say, Value, clean, render, seen

LONGEST = 20_000  # characters of somebody's message, shown whole
PUBLISHED = 1_000_000
# Characters nobody can type stand for our tags until everything else has been escaped.
TAGS = {
    "\ue000": '<bdi class="quoted">',
    "\ue001": "</bdi>",
    "\ue002": "<code>",
    "\ue003": "</code>",
    "\ue004": '<code class="typed">',  # a command, which a click puts into the composer
    "\ue005": '<i class="thin"></i>',  # room between two scripts, which copying leaves out
    "\ue006": '<a target="_blank" rel="noopener noreferrer" href="',  # a tab of its own
    "\ue007": '">',
    "\ue008": "</a>",
}
UNTAG = {ord(mark): None for mark in TAGS}
HAN = "[\u3400-\u9fff]"
MEETING = re.compile(f"(?<={HAN})(?=\ue000[A-Za-z0-9])|(?<=[A-Za-z0-9]\ue001)(?={HAN})")


def card(card: Card, reader: Reader) -> Body:
    parts = [f"<h3>{words(card.title, reader)}</h3>"]
    parts += [paragraph(each, reader) for each in card.body]
    if card.facts:
        facts = (_fact(name, value, reader) for name, value in card.facts)
        parts.append(f'<dl class="facts">{"".join(facts)}</dl>')
    if card.buttons:
        buttons = "".join(_button(each, reader) for each in card.buttons)
        parts.append(f'<div class="buttons">{buttons}</div>')
    if card.why is not None:
        parts.append(f'<p class="why">{words(card.why, reader)}</p>')
    html = f'<section class="card tone-{card.tone}">{"".join(parts)}</section>'
    actions = tuple((each.action, plain(each.label, reader)) for each in card.buttons)
    about = card.about.id if card.about else None
    return Body(text=_plain_card(card, reader), html=html, actions=actions, about=about)


def together(cards: tuple[Body, ...]) -> Body:
    return Body(
        text="\n\n".join(each.text for each in cards),
        html="".join(each.html for each in cards),
        actions=tuple(action for each in cards for action in each.actions),
    )


def published(effect: Publish, reader: Reader) -> Body:
    title, text = plain(effect.title, reader), clean(effect.text, PUBLISHED)
    html = (
        f'<section class="card published"><h3>{words(effect.title, reader)}</h3>'
        f'<div class="text" dir="auto">{escape(text)}</div></section>'
    )
    return Body(text=f"{title}\n{effect.text}", html=html)


def message(text: str, cast: Cast) -> str:
    """Somebody's words, with the people they name made to stand out."""
    shown, parts, done = clean(text, LONGEST), [], 0
    for each in mentions(shown, cast):
        parts.append(escape(shown[done : each.start]))
        parts.append(_mention(shown[each.start : each.end], each.whom, cast))
        done = each.end
    parts.append(escape(shown[done:]))
    return f'<div class="text" dir="auto">{"".join(parts)}</div>'


def _mention(words: str, whom: Whom, cast: Cast) -> str:
    """A team's chip tells who is in it."""
    if isinstance(whom, Person):
        return f'<span class="mention">{escape(words)}</span>'
    members = whom.members if isinstance(whom, Team) else ()
    names = ", ".join(each.name for each in cast.people if each.id in members)
    title = f' title="{escape(names)}"' if names else ""
    return f'<span class="mention many"{title}>{escape(words)}</span>'


def words(text: Say | Value, reader: Reader) -> str:
    """As HTML: all of it escaped, people's words fenced in, commands set apart."""
    html = MEETING.sub("\ue005", escape(render(_coded(text), reader, _fenced)))
    for mark, tag in TAGS.items():
        html = html.replace(mark, tag)
    return html


def plain(text: Say | Value, reader: Reader) -> str:
    return render(text, reader, str)


def paragraph(text: Say | Value, reader: Reader) -> str:
    tag = "blockquote" if isinstance(text, Quoted) else "p"
    return f'<{tag} dir="auto">{words(text, reader)}</{tag}>'


def _fact(name: Say, value: Say | Value, reader: Reader) -> str:
    return f"<div><dt>{words(name, reader)}</dt><dd>{words(value, reader)}</dd></div>"


def _button(button: Button, reader: Reader) -> str:
    label = f"{escape(button.emoji)} {words(button.label, reader)}".strip()
    return (
        f'<button type="button" class="press tone-{button.tone}"'
        f' data-action="{escape(button.action)}">{label}</button>'
    )


def _plain_card(card: Card, reader: Reader) -> str:
    lines = [plain(card.title, reader), *(plain(each, reader) for each in card.body)]
    lines += [f"{plain(name, reader)}: {plain(value, reader)}" for name, value in card.facts]
    if card.buttons:
        labels = (f"[{each.emoji} {plain(each.label, reader)}]" for each in card.buttons)
        lines.append(" ".join(labels))
    if card.why is not None:
        lines.append(plain(card.why, reader))
    return "\n".join(lines)


def _fenced(words: str) -> str:
    return f"\ue000{words.translate(UNTAG)}\ue001"


def _linked(url: str) -> str:
    """A page of ours, or where a meeting is; what is no address of the web is shown to be read."""
    if url.startswith(("https://", "http://")):
        return f"\ue006{url}\ue007{url}\ue008"
    return f"\ue002{url}\ue003"


def _coded(text: Say | Value) -> Value:
    match text:
        case Code(words):
            mark = "\ue004" if words.startswith("/") else "\ue002"
            return Code(f"{mark}{seen(words).translate(UNTAG)}\ue003")
        case Link(url):
            return replace(text, url=_linked(url.translate(UNTAG)))
        case Say(_, values, _):
            return replace(text, values=tuple((name, _coded(each)) for name, each in values))
        case Rows(each):
            return Rows(tuple(_coded(one) for one in each))
        case _:
            return text
