"""What is one person's alone: e-mail address, accounts, and the time away from their desk."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from bot.events import Account
from bot.intake import cells
from bot.intake.drafts import Draft
from bot.intake.notes import Reading
from bot.intake.plans import Known, Link, Spell
from bot.policy.people import Absence
from bot.words import Code, Quoted, Value, Who, say


def addresses(draft: Draft) -> None:
    """Notes each e-mail address that somebody else has already."""
    first: dict[str, str] = {}
    outside = (id for id, one in draft.people.items() if id not in draft.rows and one.active)
    for id in (*outside, *draft.rows):
        email = draft.people[id].email.casefold()
        other = first.setdefault(email, id) if email else id
        if other != id and id in draft.rows:
            what = say(
                "{other} ({id}) has this e-mail address already.",
                other=Who(other, draft.people[other].name),
                id=Quoted(other),
            )
            draft.notes.add(draft.rows[id], "email", what)


def links(draft: Draft) -> tuple[Link, ...]:
    claims: dict[Account, str] = {}
    if draft.has("accounts"):
        none: tuple[Account, ...] = ()
        for id, row in draft.rows.items():
            for account in draft.notes.attempt(row, "accounts", Reading(cells.accounts, none)):
                if _free(account, id, claims, draft):
                    claims[account] = id
    owners = draft.old.accounts
    return tuple(
        (account, owners.get(account), id)
        for account, id in claims.items()
        if owners.get(account) != id
    )


def _free(account: Account, id: str, claims: Mapping[Account, str], draft: Draft) -> bool:
    """An account passes on only if the file has a say about both people."""
    claimed, owner = claims.get(account), draft.people.get(draft.old.accounts.get(account, ""))
    values: dict[str, Value] = {"account": Quoted(cells.written(account))}
    if claimed is not None:
        what = say(
            "{account} is {other}'s by row {row}: an account has one person.",
            other=Who(claimed, draft.people[claimed].name),
            row=Code(str(draft.rows[claimed].number)),
            **values,
        )
    elif owner is None or owner.id in draft.rows or not owner.active:
        return True
    else:
        what = say(
            "{account} belongs to {other} ({id}), who is not in this file: "
            "give that person a row too, or take this account out.",
            other=Who(owner.id, owner.name),
            id=Quoted(owner.id),
            **values,
        )
    draft.notes.add(draft.rows[id], "accounts", what)
    return False


def spells(draft: Draft, elsewhere: Collection[Known]) -> tuple[Spell, ...]:
    """What the file tells of that is not known yet."""
    known = set(elsewhere)
    for absences in draft.old.absences.values():
        known |= {Spell(one, "leave", "").known for one in absences}
    found: list[Spell] = []
    for column, read in (("away", _leave), ("remote", _elsewhere)):
        for id, row in draft.rows.items() if draft.has(column) else ():
            each = partial(_each, partial(read, id, draft))
            none: tuple[Spell, ...] = ()
            found += draft.notes.attempt(row, column, Reading(each, none))
    return tuple({one.known: one for one in found if one.known not in known}.values())


def _each(read: Callable[[str], Spell], text: str) -> tuple[Spell, ...]:
    return tuple(read(part) for part in cells.pieces(text))


def _leave(id: str, draft: Draft, text: str) -> Spell:
    start, end, behind = cells.period(text, _home(id, draft))
    instead = draft.somebody_but(id)(cells.delegate(behind))
    return Spell(Absence(person=id, start=start, end=end, delegate=instead), "leave", text)


def _elsewhere(id: str, draft: Draft, text: str) -> Spell:
    start, end, behind = cells.period(text, _home(id, draft))
    return Spell(Absence(person=id, start=start, end=end), cells.elsewhere(behind), text)


def _home(id: str, draft: Draft) -> str:
    """Days begin at midnight where the person lives."""
    person = draft.people[id]
    calendar = draft.book.calendars.get(person.calendar)
    return person.zone or (calendar.zone if calendar else draft.book.zone)
