"""Who has confirmed a notice, who has not yet, and who is late: for those who may know.

Policy 3.2.2, 2.1.2-followup. Its sender, HR and the office see everybody; heads their own people.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from bot.card import Button, Card
from bot.command import Call, Refusal
from bot.effects import Upload
from bot.events import conversation
from bot.handlers import notice_cards, notices
from bot.policy.duties import LIVE
from bot.policy.notices import TITLE, Notice, Receipt
from bot.store.notices import Member
from bot.words import Code, Quoted, Reader, Ref, Rows, Say, Value, render, say, say_many, seen

SHOWN = 20  # names of a list, and notices of one
KEEP = timedelta(days=14)  # until the file is removed
RISKY = "=+-@＝＋－＠"  # a cell that begins so may be taken for a formula
Cell = str | Say | datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An audience, by what became of it."""

    late: tuple[Member, ...]
    waiting: tuple[Member, ...]
    confirmed: tuple[Member, ...]
    freed: tuple[Member, ...]  # they need not confirm it any more

    @property
    def all(self) -> int:
        return len(self.late) + len(self.waiting) + len(self.confirmed)


def standing(members: Sequence[Member], now: datetime) -> Standing:
    confirmed = tuple(each for each in members if each.confirmed)
    owing = [each for each in members if not each.confirmed and each.state in LIVE]
    late = tuple(each for each in owing if each.due is not None and each.due < now)
    waiting = tuple(each for each in owing if each not in set(late))
    freed = tuple(each for each in members if not each.confirmed and each.state not in LIVE)
    return Standing(late, waiting, confirmed, freed)


def show(call: Call, number: int) -> Card | None:
    """The lists, for who may see them; the notice itself for who it is for; None: no notice."""
    notice = call.tx.notices.find(number)
    if notice is None:
        return None
    notices.recheck(call.tx, notice)
    return lists(call, notice) or own(call, notice)


def lists(call: Call, notice: Notice) -> Card | None:
    """Who has confirmed it; None for who may know of nobody."""
    seen_by = _visible(call, notice)
    return None if seen_by is None else _lists(call, notice, standing(seen_by, call.now))


def _visible(call: Call, notice: Notice) -> list[Member] | None:
    """Of its audience those whom the caller may know about; None for who may know of nobody."""
    members = [each for each in call.tx.notices.members(notice.id) if each.left_at is None]
    if _sent(call, notice) or call.person.roles.intersection(notices.OFFICES):
        return members
    led = {each.id for each in call.directory.leads(call.person)}
    theirs = [each for each in members if each.person in led]
    return theirs or None


def _sent(call: Call, notice: Notice) -> bool:
    """They published it, or wrote the message that is followed up."""
    if call.person.id == notice.author or notice.about is None:
        return call.person.id == notice.author
    found = call.tx.records.message(conversation(notice.about.place), notice.about.id)
    return found is not None and found[1]["who"] == call.person.id


def own(call: Call, notice: Notice) -> Card:
    """As its reader sees it. Raises Refusal where it is not for them."""
    member = call.tx.notices.member(notice.id, call.person.id)
    if member is None or member.left_at is not None:
        raise Refusal(notices.no_such(notice.number))
    duty = call.tx.duties.get(member.duty) if member.duty else None
    owed = duty if duty is not None and duty.live and notice.replaced_by is None else None
    return notice_cards.card(call.tx, notice, owed, call.person.id)


def _not_for_all(notice: Notice) -> Say:
    return say(
        "Who confirmed {number} is for its sender, HR, the office and heads to know.",
        number=Ref(notice.number),
    )


def _lists(call: Call, notice: Notice, found: Standing) -> Card:
    facts: tuple[tuple[Say, Say | Value], ...] = (
        (say("Sender"), call.who(notice.author)),
        (say("Published"), notice.published_at),
        (say("Version"), Code(str(notice.version))),
        (say("Fingerprint"), Code(notice.digest[:12])),
    )
    if notice.replaced_by is not None:
        newest = Ref(call.tx.notices.newest(notice).number)
        facts += ((say("Corrected by"), newest),)
    title = say(
        "{number}: {done} of {all} have confirmed",
        number=Ref(notice.number),
        done=len(found.confirmed),
        all=found.all,
    )
    name = (say("{title}", title=Quoted(notice.title, TITLE)),) if notice.title else ()
    return Card(
        title,
        body=(
            *name,
            *_names(call, say("Late:"), found.late),
            *_names(call, say("Not yet:"), found.waiting),
            *_names(call, say("Confirmed by:"), found.confirmed),
        ),
        facts=facts,
        buttons=(Button(say("As a file"), "📄", f"notice {notice.number} export"),),
        about=notice.about,
    )


def _names(call: Call, heading: Say, members: Sequence[Member]) -> tuple[Say, ...]:
    """The first of them by name, and how many more there are."""
    if not members:
        return ()
    people = sorted((call.who(each.person) for each in members), key=lambda who: who.name)
    shown, more = Rows(tuple(people[:SHOWN])), len(people) - SHOWN
    if more <= 0:
        return (say("{heading} {people}", heading=heading, people=shown),)
    return (
        say_many(
            "{heading} {people} and {count} more",
            "{heading} {people} and {count} more",
            more,
            heading=heading,
            people=shown,
        ),
    )


def mine(call: Call) -> Card:
    """What the caller published, with how it stands, and what they are to confirm."""
    published = call.tx.notices.by(call.person.id, SHOWN)
    counts = call.tx.notices.counts([each.id for each in published], call.now)
    body: list[Say | Value] = [line(each, *counts.get(each.id, (0, 0, 0))) for each in published]
    owed = [duty for duty in call.tx.duties.owed_by(call.person.id) if duty.noticed]
    if owed:
        body.append(say("For you to confirm:"))
    for duty in owed[:SHOWN]:
        notice = notice_cards.of(call.tx, duty)
        body.append(
            say(
                "{number} {what} by {due}",
                number=Ref(notice.number),
                what=notice_cards.what(call.tx, notice),
                due=duty.due,
            )
        )
    how = say("A new one: {command}", command=Code("/duly request notice"))
    if not body:
        return Card(say("You have published no notice, and have none to confirm."), why=how)
    return Card(say("Notices"), body=tuple(body), why=how)


def line(notice: Notice, everybody: int, done: int, late: int) -> Say:
    name = (
        say("{title}", title=Quoted(notice.title, notice_cards.LINE))
        if notice.title
        else say("a message followed up")
    )
    return say(
        "{number} {title}: {done} of {all} confirmed, {late} late",
        number=Ref(notice.number),
        title=name,
        done=done,
        all=everybody,
        late=late,
    )


# As a file


def export(call: Call, number: int) -> Card | None:
    """Every receipt, as a table that any spreadsheet reads. Raises Refusal."""
    notice = call.tx.notices.find(number)
    if notice is None:
        return None
    notices.recheck(call.tx, notice)
    members = _visible(call, notice)
    if members is None:
        known = call.tx.notices.member(notice.id, call.person.id)
        raise Refusal(_not_for_all(notice) if known else notices.no_such(number))
    reader = call.tx.people.reader(call.account, call.tx.home())
    body = _table(call, notice, members, reader)
    name = f"duly-notice-{number}.csv"
    file = call.tx.files.add(name, call.person.id, body, KEEP)
    ready = say("The receipts of {number} are ready.", number=Ref(number))
    note = say("It is for you alone, and is removed after {days} days.", days=KEEP.days)
    call.also(Upload(call.account, file, name, Card(ready, body=(note,), tone="good")))
    return Card(say("The receipts of {number} come as a file.", number=Ref(number)), tone="good")


def _table(call: Call, notice: Notice, members: Sequence[Member], reader: Reader) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    out, found = StringIO(), standing(members, call.now)
    sheet = csv.writer(out)
    sheet.writerow([_cell(each, reader) for each in HEADERS])
    said: dict[str, list[Receipt]] = {}
    for receipt in call.tx.notices.receipts(notice.id):
        said.setdefault(receipt.person, []).append(receipt)
    states = (
        (say("Confirmed"), found.confirmed),
        (say("Late"), found.late),
        (say("Not yet"), found.waiting),
        (say("Need not"), found.freed),
    )
    for state, group in states:
        for each in group:
            row = _row(call, each, state, said.get(each.person, ()))
            sheet.writerow([_cell(value, reader) for value in row])
    return out.getvalue().encode("utf-8-sig", "replace")


HEADERS = (
    say("Number"),
    say("Name"),
    say("Department"),
    say("State"),
    say("Due"),
    say("Confirmed at"),
    say("Version"),
    say("Fingerprint"),
    say("How"),
    say("Wrong answers"),
)
HOWS = {
    "button": say("By its button"),
    "command": say("By a command"),
    "web": say("On a page"),
    "reaction": say("By a reaction"),
}


def _row(call: Call, member: Member, state: Say, said: Sequence[Receipt]) -> tuple[Cell, ...]:
    person = call.directory.people.get(member.person)
    unit = call.directory.departments.get((person and person.department) or "")
    right = next((each for each in said if each.right), None)
    wrong = sum(not each.right for each in said)
    return (
        member.person,
        call.who(member.person).name,
        unit.name if unit else "",
        state,
        member.due,
        member.closed if member.confirmed else None,
        str(right.version) if right else "",
        right.digest if right else "",
        HOWS[right.how] if right else "",
        str(wrong),
    )


def _cell(value: Cell, reader: Reader) -> str:
    """What a spreadsheet takes for text: words of people never begin a formula."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(ZoneInfo(reader.zone)):%Y-%m-%d %H:%M}"
        case Say():
            return render(value, reader, str)
    words = seen(value)
    return f"'{words}" if words.lstrip()[:1] in RISKY and words.strip() else words
