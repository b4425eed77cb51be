"""Notices: published to an audience, corrected, and kept to who belongs to it.

Policy 3.2.2. How they are confirmed is in `understanding.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.command import Refusal
from bot.effects import Announce, Publish
from bot.events import conversation
from bot.handlers import audiences, deeds, notice_cards
from bot.handlers.deeds import Ending, Opening
from bot.policy import notices as policy
from bot.policy.duties import NOTICE
from bot.policy.notices import Draft, Notice
from bot.policy.rulebook import Level
from bot.store import Transaction
from bot.store.duties import Due
from bot.store.notices import Member
from bot.store.outbox import Written
from bot.store.records import Saying
from bot.words import Code, Quoted, Ref, Rows, Say, say

RECHECK = "notice"  # the kind of due that looks who joined its audience, and who left
DAY = timedelta(days=1)
OFFICES = ("hr", "admin_office")  # who may correct, and look into, everybody's notices


# Published


def check(tx: Transaction, draft: Draft) -> frozenset[str]:
    """Who is to confirm it. Raises Refusal where it cannot be published as it stands."""
    if not draft.text.strip() or not draft.title.strip():
        raise Refusal(say("A notice needs a title and a text."))
    if found := policy.too_long(draft):
        raise Refusal(
            say("This has {count} characters; at most {most} fit.", count=found[0], most=found[1])
        )
    if why := policy.why_unasked(draft):
        raise Refusal(why)
    book = tx.policies.current()
    if draft.within and draft.within not in book.levels:
        levels = Rows(tuple(Code(each) for each in book.levels))
        raise Refusal(
            say(
                "The policy has no level {name}. Known: {names}.",
                name=Quoted(draft.within, 60),
                names=levels,
            )
        )
    for name in draft.channels:
        if not tx.people.places_named(name.lstrip("#")):
            raise Refusal(say("I am in no channel called {name}.", name=Quoted(name)))
    _corrected(tx, draft)
    return audiences.people(tx, draft.audience, draft.requester)


def _record(tx: Transaction, notice: Notice) -> None:
    """What was published, and for whom, is evidence. Policy 3.3.1."""
    tx.records.add(
        Saying(
            kind="notice",
            conversation="duly/notices",
            thread=notice.request,
            message=notice.id,
            author=notice.author,
            class_name=notice.class_name,
            at=notice.published_at,
            body={
                "who": notice.author,
                "number": notice.number,
                "version": notice.version,
                "digest": notice.digest,
                "title": notice.title,
                "text": notice.text,
                "audience": notice.audience,
                "channels": notice.channels,
            },
        )
    )


def publish(tx: Transaction, draft: Draft) -> Notice:
    """To everybody it is for now, and into its channels; once for a request. Raises Refusal."""
    known = tx.notices.approved_by(draft.request) if draft.request else None
    if known is not None:
        return known
    people, before = check(tx, draft), _corrected(tx, draft)
    notice = tx.notices.add(_first(tx, draft, before))
    _record(tx, notice)
    if before is None:
        ask(tx, notice, people)
    elif draft.material:
        tx.duties.close_all([NOTICE + before.id], "dropped", "corrected")
        ask(tx, notice, people)
    else:
        _carry(tx, before, notice, people)
    _post(tx, notice)
    _look_again(tx, notice)
    return notice


def _corrected(tx: Transaction, draft: Draft) -> Notice | None:
    """The version it takes the place of. Raises Refusal."""
    if draft.replaces is None:
        return None
    before = tx.notices.find(draft.replaces)
    if before is None or before.kind != "notice":
        raise Refusal(no_such(draft.replaces))
    person = tx.people.snapshot().directory.people.get(draft.requester)
    theirs = before.author == draft.requester or bool(person and person.roles & set(OFFICES))
    if not theirs and tx.notices.member(before.id, draft.requester) is None:
        raise Refusal(no_such(draft.replaces))
    if before.replaced_by is not None:
        raise Refusal(
            say(
                "{number} was corrected already; correct {newest} instead.",
                number=Ref(before.number),
                newest=Ref(tx.notices.newest(before).number),
            )
        )
    if not theirs:
        raise Refusal(
            say(
                "Only {person}, HR and the office can correct {number}.",
                person=deeds.person_named(tx, before.author),
                number=Ref(before.number),
            )
        )
    return before


def _first(tx: Transaction, draft: Draft, before: Notice | None) -> Notice:
    book = tx.policies.current()
    return Notice(
        id="",
        number=tx.duties.number(),
        kind="notice",
        version=before.version + 1 if before else 1,
        digest=draft.digest,
        class_name=draft.class_name,
        author=draft.requester,
        level=draft.within or book.notices.level,
        policy=book.version,
        material=draft.material,
        request=draft.request or None,
        about=None,
        published_at=tx.clock.now(),
        replaces=before.id if before else None,
        replaced_by=None,
        title=draft.title.strip(),
        text=draft.text.strip(),
        audience=draft.audience,
        channels=draft.channels,
        question=draft.question,
        options=draft.options,
        right=draft.right,
    )


def ask(tx: Transaction, notice: Notice, persons: Iterable[str]) -> None:
    """They are to confirm it from now on, and are told of it. Set-wise: it may be everybody."""
    owed = _owe(tx, notice, persons)
    tx.notices.ask(notice.id, owed)
    _announce(tx, notice, owed)


def _owe(tx: Transaction, notice: Notice, persons: Iterable[str]) -> dict[str, str]:
    level = _level(tx, notice)
    opening = Opening(
        kind="acknowledge",
        owed_by=None,
        owed_to=None,
        level=level,
        clause=level.clause,
        rule="followup" if notice.kind == "message" else "notice",
        start=tx.clock.now(),
        subject=NOTICE + notice.id,
    )
    return deeds.open_all(tx, opening, sorted(persons))


def _level(tx: Transaction, notice: Notice) -> Level:
    """As the policy has it now; that of all notices where it has that level no more."""
    book = tx.policies.current()
    return book.levels.get(notice.level) or book.levels[book.notices.level]


def _announce(tx: Transaction, notice: Notice, owed: Mapping[str, str]) -> None:
    accounts, due = tx.people.reached_at_all(owed), tx.duties.due_about(NOTICE + notice.id)
    tx.outbox.add_all(
        [
            Written(
                Announce(accounts[person], notice.id, duty),
                f"notice/{notice.id}/{duty}",
                f"duty/{duty}",
                deadline=due.get(duty),
            )
            for person, duty in owed.items()
            if person in accounts
        ]
    )


def _carry(tx: Transaction, before: Notice, notice: Notice, people: frozenset[str]) -> None:
    """A correction that is not material: who confirmed need not again, the others confirm it."""
    known = {each.person: each for each in tx.notices.members(before.id)}
    confirmed = {person: None for person in sorted(people) if _confirmed(known.get(person))}
    tx.notices.ask(notice.id, confirmed, carried=True)
    tx.duties.move_all(NOTICE + before.id, NOTICE + notice.id)
    asked = {
        each.person: each.duty or ""
        for each in known.values()
        if each.state in ("open", "promised") and each.person in people
    }
    tx.notices.ask(notice.id, asked)
    _announce(tx, notice, asked)
    ask(tx, notice, people - confirmed.keys() - asked.keys())
    gone = [each for each in known.values() if each.person not in people]
    _release(tx, gone)


def _confirmed(member: Member | None) -> bool:
    return member is not None and member.confirmed


def _post(tx: Transaction, notice: Notice) -> None:
    for name in notice.channels:
        for place in tx.people.places_named(name.lstrip("#")):
            headline = notice_cards.headline(tx, notice)
            key = f"notice/{notice.id}/{conversation(place)}"
            tx.outbox.add(Publish(place, headline, notice.text), key)


# Who belongs to its audience


def _look_again(tx: Transaction, notice: Notice) -> None:
    """Tomorrow, while who joins is still to hear of it."""
    at = tx.clock.now() + DAY
    if at <= notice.published_at + tx.policies.current().notices.joiners:
        tx.dues.add(at, RECHECK, notice.id, at.toordinal())


def fallen(tx: Transaction, dues: Sequence[Due]) -> None:
    for due in dues:
        notice = tx.notices.get(due.subject)
        if notice.replaced_by is None:
            recheck(tx, notice)
            _look_again(tx, notice)


def recheck(tx: Transaction, notice: Notice) -> None:
    """Who joined is asked while it is new; who left owes nothing for it any more."""
    if notice.replaced_by is not None:
        return
    members = {each.person: each for each in tx.notices.members(notice.id)}
    now_in = _belonging(tx, notice, members)
    here = {person for person, each in members.items() if each.left_at is None}
    gone = [members[person] for person in sorted(here - now_in)]
    tx.notices.leave(notice.id, [each.person for each in gone])
    _release(tx, gone)
    if tx.clock.now() > notice.published_at + tx.policies.current().notices.joiners:
        return
    joined = now_in - here
    ask(tx, notice, joined - members.keys())
    again = sorted(joined & members.keys())
    tx.notices.rejoin(notice.id, {p: members[p].duty for p in again if members[p].confirmed})
    owed = _owe(tx, notice, [person for person in again if not members[person].confirmed])
    tx.notices.rejoin(notice.id, owed)
    _announce(tx, notice, owed)


def _belonging(tx: Transaction, notice: Notice, members: Mapping[str, Member]) -> set[str]:
    """Of a message followed up: who was asked and is still there. As before, if unreadable."""
    people = tx.people.snapshot().directory.people
    here = {person for person, each in members.items() if each.left_at is None}
    still = {person for person in here if person in people and people[person].active}
    if notice.kind == "message":
        return still
    try:
        return set(audiences.people(tx, notice.audience, notice.author))
    except Refusal:
        return still


def _release(tx: Transaction, gone: Iterable[Member]) -> None:
    for each in gone:
        duty = tx.duties.get(each.duty) if each.duty else None
        if duty is not None and duty.live:
            deeds.settle(tx, duty, "dropped", Ending("left", tx.clock.now()))


def left(tx: Transaction, person: str) -> None:
    """Somebody has left the company: nothing is to be confirmed by them any more."""
    for duty in tx.duties.owed_by(person):
        if duty.noticed:
            tx.notices.leave(duty.subject.removeprefix(NOTICE), [person])
            deeds.settle(tx, duty, "dropped", Ending("left", tx.clock.now()))


def no_such(number: int) -> Say:
    return say(
        "There is no notice {number}. Yours: {command}",
        number=Ref(number),
        command=Code("/duly notice"),
    )
