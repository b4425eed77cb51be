"""Forms in HTML. Pure; what a browser sends back is checked by the core."""

from html import escape

from adapters.playground.cast import Cast
from adapters.playground.render import paragraph, words
from adapters.playground.sentences import SOON
from bot.card import Card, Field, Form
from bot.sealing import new_code
from bot.words import Reader, say

LINES = 4  # rows of a field for several lines
CODE = "code"  # the field of a sealed form that holds its receipt
SEEN = say(
    "Here this server reads what you type for a moment, before it seals it; it keeps none of it, "
    "nor who sent it."
)


def receipt(card: Card, reader: Reader) -> str:
    """What stands in the dialog once a sealed form was taken: shown there, and nowhere else."""
    body = "".join(paragraph(each, reader) for each in card.body)
    return f'<h2 id="asked-title" tabindex="-1">{words(card.title, reader)}</h2>{body}'


def form(form: Form, reader: Reader, cast: Cast) -> str:
    """The inside of a dialog."""
    above = (*form.intro, SEEN) if form.sealed else form.intro
    intro = "".join(paragraph(each, reader) for each in above)
    fields = "".join(_field(each, reader, cast) for each in form.fields)
    if form.sealed:  # made here, so that the same form sent twice is one report
        fields += f'<input type="hidden" name="{CODE}" value="{new_code()}">'
    return (
        f'<form class="asked" data-form="{escape(form.command)}" novalidate>'
        f'<h2 id="asked-title">{words(form.title, reader)}</h2>{intro}{fields}'
        '<div class="buttons">'
        f'<button class="press tone-good">{words(form.submit, reader)}</button></div></form>'
    )


def _field(field: Field, reader: Reader, cast: Cast) -> str:
    name, hints = escape(field.name), ""
    if field.hint is not None:
        hints = f'<small id="hint-{name}">{words(field.hint, reader)}</small>'
    star = "" if field.required else ' class="optional"'
    return (
        f'<div class="field"><label for="field-{name}"{star}>{words(field.label, reader)}</label>'
        f"{_control(field, reader, cast)}{hints}"
        f'<p class="error" id="error-{name}" role="alert" hidden></p></div>'
    )


def _control(field: Field, reader: Reader, cast: Cast) -> str:
    name, initial = escape(field.name), escape(field.initial)
    common = (
        f'id="field-{name}" name="{name}" aria-describedby="hint-{name} error-{name}"'
        f"{' required' if field.required else ''}"
    )
    match field.kind:
        case "lines":
            longest = f'maxlength="{field.longest}" rows="{LINES}"'
            return f'<textarea {common} {longest} dir="auto">{initial}</textarea>'
        case "choice":
            options = tuple((each.value, words(each.label, reader)) for each in field.choices)
            return _select(common, options, field)
        case "person":
            people = tuple((f"@{each.id}", escape(each.name)) for each in cast.people)
            return _select(common, people, field)
        case "date":
            return _moment(f'<input type="text" {common} value="{initial}" dir="auto">', reader)
        case "file":
            return f'<input type="file" {common} multiple data-held="{initial}">'
        case "text":
            longest = f'maxlength="{field.longest}"'
            return f'<input type="text" {common} {longest} value="{initial}" dir="auto">'


def _moment(control: str, reader: Reader) -> str:
    """A moment is written in words, as it may have an hour; the likeliest are a press away."""
    picks = "".join(
        f'<button type="button" class="pick" data-tool="pick">{words(each, reader)}</button>'
        for each in SOON
    )
    return f'{control}<div class="picks">{picks}</div>'


def _select(common: str, options: tuple[tuple[str, str], ...], field: Field) -> str:
    """`options` are values and labels that are HTML already."""
    chosen = {field.initial, f"@{field.initial}"} if field.initial else set()
    shown = "".join(
        f'<option value="{escape(value)}"{" selected" if value in chosen else ""}>{label}</option>'
        for value, label in options
    )
    return f'<select {common}><option value=""></option>{shown}</select>'
