"""/duly request: ask for an approval before something is released, or change what I asked for.

Policy 3.2, 2.2.1-review. Typed: `request material nature=major amount=80000 The price list`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.card import Button, Card, Choice, Field, Form
from bot.command import Call, Command, Refusal, Words, number_in
from bot.events import MessageRef
from bot.handlers import approvals, attaching, deeds, mailing, requestcards
from bot.handlers.seating import Going
from bot.policy import attachments, forms, mailcheck, routes
from bot.policy.approvals import Request, shown
from bot.policy.attachments import Attached
from bot.policy.people import Directory
from bot.words import Code, Ref, Rows, Say, say

ALIASES = {"通知": "notice", "公告": "notice", "业务资料": "material", "業務資料": "material"}
ALIASES |= {"工作信息": "work", "工作資訊": "work", "请假": "leave", "請假": "leave"}
ALIASES |= {"外发邮件": "outside_mail", "外發郵件": "outside_mail", "离职": "resignation"}
ALIASES |= {"離職": "resignation", "培训": "training", "培訓": "training", "账号": "account"}
ALIASES |= {"帳號": "account", "例外": "exception"}
NEW = ("kind", forms.TEXT)  # what a form for any kind asks first


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str  # or the number of the request that is to be changed
    form: Mapping[str, str] = field(default_factory=dict)
    message: MessageRef | None = None  # whose words are to be approved …
    words: str = ""  # … as the platform handed them over


def parse(words: Words) -> Asked:
    if words.links and words.text.strip() == words.links[0][0].strip():
        return Asked("", message=words.link(), words=words.about)
    kind, *rest = words.text.split(maxsplit=1) or [""]
    form = forms.typed(rest[0]) if rest else {}
    kind = ALIASES.get(kind, kind.casefold())
    if kind == "leave" and "start" not in form:
        form = _with_days(form)
    return Asked(kind, {name: _meant(words, name, value) for name, value in form.items()})


def _with_days(form: dict[str, str]) -> dict[str, str]:
    """`request leave 2026-10-01..2026-10-07 Family matters`"""
    days, *rest = form.get(forms.TEXT, "").split(maxsplit=1) or [""]
    match = forms.DAYS.fullmatch(days)
    if match is None:
        return form
    first, last = match.groups()
    known = {**form, "start": first, "end": last or first, forms.TEXT: ""}
    return known | (forms.typed(rest[0]) if rest else {})


def _meant(words: Words, name: str, value: str) -> str:
    """People are kept by their ids: names are shared, and change."""
    if forms.FIELDS[name].kind != "person" or not value:
        return value
    return words.person(value).id


def run(call: Call, asked: Asked) -> Card | Form:
    number = number_in(asked.kind)
    if number is not None:
        return _revise(call, number, asked.form)
    book_routes = call.book.routes
    if not routes.known(book_routes, asked.kind):
        if asked.kind:
            raise Refusal(_kinds(call))
        return _first(call, asked)
    fields = routes.fields_of(book_routes, asked.kind)
    line, known = f"request {asked.kind}", _named(asked.form, call.directory)
    if _incomplete(asked.form, fields):
        return _form(line, _titled(asked.kind), fields, known)
    _refuse_what_is_unseen(asked.form)
    if wrong := _wrong(call, asked.form, fields):
        return replace(_form(line, _titled(asked.kind), fields, known), intro=wrong)
    files = attaching.resolve(call.tx, call.person, asked.form.get(forms.FILES, ""))
    if asked.kind.partition(".")[0] == mailing.FAMILY:
        form = _looked_through(call, asked, files, fields)
        if form is not None:
            return form
    return _sent(call, approvals.make(call, asked.kind, _bound(call, asked.form, files)))


def _first(call: Call, asked: Asked) -> Form:
    """Which kind it is, of those the policy has; the words of a message stand in it already."""
    known = set(routes.kinds(call.book.routes))
    kinds = tuple(each for each in KIND.choices if each.value in known)
    text = asked.words or deeds.excerpt(call.tx, asked.message, call.person.id)
    field = forms.FIELDS[forms.TEXT]
    fields = (replace(KIND, choices=kinds), replace(field, initial=text[: field.longest]))
    return Form("request", say("Ask for an approval"), fields, say("Send"))


def _titled(kind: str) -> Say:
    named = requestcards.KINDS.get(kind, Code(kind))
    return say("Ask for an approval: {kind}", kind=named)


def _wrong(call: Call, form: Mapping[str, str], fields: tuple[str, ...]) -> tuple[Say, ...]:
    """What is to be put right first; the form comes back with everything in it."""
    given = {k: v for k, v in form.items() if k not in (forms.SEEN, forms.FILES)}
    return tuple(fault.why for fault in forms.faults(given, fields, call.directory))


def _looked_through(
    call: Call, asked: Asked, files: tuple[Attached, ...], fields: tuple[str, ...]
) -> Form | None:
    """A form where a mail is to be bettered, or what was found is to be seen first."""
    line, seen = f"request {asked.kind}", asked.form.get(forms.SEEN)
    known = {name: value for name, value in asked.form.items() if name != forms.SEEN}
    found = mailing.remarks(call, known, files)
    if seen == "change" or mailing.stops(found):
        form = _form(line, _titled(asked.kind), fields, known)
        return replace(form, intro=tuple(map(mailcheck.told, found)))
    if found and seen != "send":
        return mailing.asked(f"{line} {forms.written(known)}", found)
    return None


def _bound(call: Call, form: Mapping[str, str], files: tuple[Attached, ...]) -> dict[str, str]:
    """With copies of the files, which nobody can change, in place of what was brought."""
    known = {name: value for name, value in form.items() if name not in (forms.SEEN, forms.FILES)}
    copies = attaching.claim(call.tx, files)
    return {**known, forms.FILES: attachments.bound(copies)} if copies else known


def _incomplete(form: Mapping[str, str], fields: tuple[str, ...]) -> bool:
    return any(forms.FIELDS[each].required and not form.get(each) for each in fields)


def _refuse_what_is_unseen(form: Mapping[str, str]) -> None:
    text = shown(form[forms.TEXT])
    if len(text) > forms.LONGEST:
        raise Refusal(
            say(
                "This has {count} characters; at most {most} fit.",
                count=len(text),
                most=forms.LONGEST,
            )
        )
    if not text:
        raise Refusal(say("There is nothing in this text that can be seen."))


def _form(line: str, title: Say, fields: tuple[str, ...], known: Mapping[str, str]) -> Form:
    """With everything that was typed so far: nothing is lost."""
    asked = (forms.FIELDS[name] for name in forms.FIELDS if name in fields)
    filled = tuple(
        replace(each, initial=known[each.name]) if known.get(each.name) else each for each in asked
    )
    return Form(line, title, filled, say("Send"))


def _revise(call: Call, number: int, form: Mapping[str, str]) -> Card | Form:
    if not form:
        request = call.tx.requests.find(number)
        if request is None or request.requester != call.person.id:
            raise Refusal(approvals.no_such(number))
        family = request.kind.partition(".")[0]
        fields = routes.fields_of(call.book.routes, family)
        known = _named(request.form, call.directory)
        return _form(f"request {number}", say("Change the text"), fields, known)
    if forms.TEXT in form:
        _refuse_what_is_unseen(form)
    files = attaching.resolve(call.tx, call.person, form.get(forms.FILES, ""))
    return _sent(call, approvals.revise(call, number, _bound(call, form, files)))


def _named(form: Mapping[str, str], directory: Directory) -> dict[str, str]:
    """As a person types it: names, not ids."""
    return {
        name: directory.people[value].name
        if forms.FIELDS[name].kind == "person" and value in directory.people
        else value
        for name, value in form.items()
        if name in forms.FIELDS and name != forms.FILES  # those it has stay with it
    }


def _sent(call: Call, request: Request) -> Card:
    waits = requestcards.waits_for(Going(call.tx, request))
    return Card(
        say("Sent for approval: {number}", number=Ref(request.number)),
        body=(say("It waits for {people}.", people=waits),) if waits else (),
        buttons=(Button(say("Recall"), "↩️", f"recall {request.number}"),),
        tone="good",
    )


def _kinds(call: Call) -> Say:
    kinds = routes.kinds(call.book.routes)
    return say(
        "There is no such kind of request. Known: {kinds}. For example: {example}",
        kinds=Rows(tuple(Code(kind) for kind in kinds)),
        example=Code("/duly request notice TEXT"),
    )


SHIPPED = (
    "notice",
    "material",
    "work",
    "outside_mail",
    "leave",
    "resignation",
    "training",
    "account",
    "exception",
)
KIND = Field(
    "kind",
    say("What is it?"),
    "choice",
    choices=tuple(Choice(kind, requestcards.KINDS[kind]) for kind in SHIPPED),
)
COMMAND = Command(
    name="request",
    usage="request KIND TEXT",
    summary=say("Ask for an approval before something is released."),
    examples=("notice The office is closed on Friday.", "notice", ""),
    parse=parse,
    run=run,
    fields=(KIND, *forms.FIELDS.values()),
)
