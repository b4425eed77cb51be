"""What an export tells is judged as if the bot had been there, and nobody hears of it."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.slack import keys
from adapters.slack.export import export
from adapters.slack.exported import SLACK
from bot.clock import faults
from bot.events import Account, MembershipChanged, MessageChanged, MessagePosted, MessageRef, Place
from bot.importing import Importing, Outcome
from bot.policy.duties import Duty
from bot.settings import Unusable
from bot.store import Transaction
from bot.store.past import Past
from bot.store.reporting import Reporting
from bot.store.schema import dues, duties, journal, listeners, nudges, numbers, outbox, promises
from bot.store.verifying import Broken
from bot.wiring import assemble
from tests.desk import MONDAY, STAFF, Desk, Paper
from tests.slack.exports import LOBBY, PEOPLE, TEAM, USERS, Entry, packed, said, ts, user

pytestmark = pytest.mark.thorough

D, H, M = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LATER = MONDAY + 60 * D
ROOM = Place(SLACK, TEAM, "C1")


def imported(desk: Desk, file: Path) -> Outcome:
    with closing(export(file, "", LATER)) as found:
        return Importing(desk.store, found, SLACK).run()


class Live(Paper):
    """Slack on paper, for a bot that hears it as it is said."""

    platform = SLACK


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """On either database, long after what was said."""
    desk.now = LATER
    return desk


def owed(tx: Transaction) -> list[tuple[str, ...]]:
    """What became of every duty, told by what does not depend on ids."""
    return sorted(
        (
            duty.about.id if duty.about else "",
            str(duty.owed_by),
            str(duty.owed_to),
            duty.rule,
            duty.level,
            duty.state,
            duty.how,
            str(duty.responded),
            str(duty.answer),
            f"{duty.start} {duty.due} {duty.closed} {duty.step}",
        )
        for duty in Past(tx.rows).owed(MONDAY - 900 * D)
    )


def the_duties(desk: Desk) -> list[Duty]:
    with desk.store.reading() as tx:
        return sorted(Past(tx.rows).owed(MONDAY - 900 * D), key=lambda duty: duty.number)


def holds(desk: Desk) -> bool:
    with desk.store.reading() as tx:
        return not any(isinstance(step, Broken) for step in tx.records.verify())


def texts(desk: Desk, place: str = f"slack/{TEAM}/C1") -> list[str]:
    with desk.store.reading() as tx:
        return [body["text"] for _, body in tx.records.latest(place, 10_000, 10**9)]


def rows(desk: Desk, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """Of every company: nothing lies about under another name."""
    with desk.store.reading() as tx:
        count = sa.select(sa.func.count()).select_from(table).where(*where)
        return int(tx.rows.conn.execute(count).scalar_one())


STORY = [
    said("ann", "@bob can you send me the test report?"),
    said("bob", "@ann here it is", MONDAY + 9 * M),
    said("ann", "@eve could you book the room?", MONDAY + 10 * M),
    said("eve", "@ann I will tell you by Tuesday 10:00", MONDAY + 15 * M),
    said("mei", "@wei when is the audit?", MONDAY + 20 * M),
    said("wei", "@mei which audit do you mean?", MONDAY + 25 * M, thread_ts=ts(MONDAY + 20 * M)),
    said("hana", "<!here> who has the key of the store room?", MONDAY + 30 * M),
    said("grace", "@hana I have it", MONDAY + 33 * M),
    said("sam", "@bob the certificate, please?", MONDAY + 40 * M),
    said("ann", "@wei can you send me the price list?", MONDAY + 50 * M),
    said("eve", "@ann the room is booked", MONDAY + 30 * H),
    said("bob", "@sam here is the certificate", MONDAY + 3 * D),
    said("ann", "thanks", MONDAY + 21 * D),
]


def test_what_was_asked_is_judged_as_the_live_bot_would_have(tmp_path: Path, desk: Desk) -> None:
    file, live, slack = packed(tmp_path / "e.zip", {"lobby": STORY}), Desk(now=MONDAY - D), Live()
    live.bot = assemble(live.store, [live.paper, slack])
    with closing(export(file, "", LATER)) as found:
        for room in found.rooms():
            live.take(room.event, *room.members)
        for member in found.members():
            live.take(member.event)
            with live.store.transaction() as tx:
                tx.people.link(member.event.account, member.email.partition("@")[0])
        for (post,) in found.steps():
            live.until(post.at)
            live.now = post.at
            live.take(post)

    outcome = imported(desk, file)

    with desk.store.reading() as tx, live.store.reading() as there:
        assert owed(tx) == owed(there)
    assert outcome.owed == len(the_duties(desk)) >= 6
    assert {duty.state for duty in the_duties(desk)} >= {"done", "lapsed"}
    assert holds(desk)
    assert slack.lines or live.paper.lines
    live.close()


def test_nothing_is_sent_and_nothing_is_left_to_be_sent(tmp_path: Path, desk: Desk) -> None:
    imported(desk, packed(tmp_path / "e.zip", {"lobby": STORY}))

    assert rows(desk, outbox) == 0
    assert rows(desk, dues) == 0
    assert rows(desk, nudges) == 0
    assert rows(desk, journal, journal.c.settled_at.is_(None)) == 0
    assert desk.until(LATER + 14 * D) == []
    assert not [duty for duty in the_duties(desk) if duty.live]


def test_who_had_not_answered_when_the_export_ends_is_let_go(tmp_path: Path, desk: Desk) -> None:
    story = [
        said("ann", "@bob can you send me the test report?"),
        said("ann", "@wei when is the audit?", MONDAY + 2 * D + 60 * M),
        said("sam", "lunch", MONDAY + 2 * D + 61 * M),
    ]

    imported(desk, packed(tmp_path / "e.zip", {"lobby": story}))

    late, early = the_duties(desk)
    assert (late.state, late.how) == ("lapsed", "nobody answered")
    assert (early.state, early.how) == ("excused", "gap")
    assert late.closed == early.closed == MONDAY + 2 * D + 61 * M


def test_the_report_counts_what_is_imported(tmp_path: Path, desk: Desk) -> None:
    imported(desk, packed(tmp_path / "e.zip", {"lobby": STORY}))

    with desk.store.reading() as tx:
        found = list(Reporting(tx.rows).duties(MONDAY, MONDAY + 10 * D))
        assert list(Reporting(tx.rows).nudges(MONDAY, LATER)) == []
    answered = [duty for duty in found if duty.state == "done"]
    assert any(duty.closed and duty.closed <= duty.first_due for duty in answered)
    assert any(duty.closed and duty.closed > duty.first_due for duty in answered)


def test_an_agreed_reaction_answers_and_others_are_counted(tmp_path: Path, desk: Desk) -> None:
    ticks = [
        {"name": "white_check_mark", "users": [PEOPLE["bob"]], "count": 1},
        {"name": "eyes", "users": [PEOPLE["eve"]], "count": 1},
    ]
    story = [said("ann", "@bob can you send me the report?", reactions=ticks)]

    outcome = imported(desk, packed(tmp_path / "e.zip", {"lobby": story}))

    (duty,) = the_duties(desk)
    assert (duty.state, duty.how) == ("done", "reaction")
    assert outcome.ignored == {"reactions that answer nothing": 1}


def test_the_same_export_again_adds_nothing(tmp_path: Path, desk: Desk) -> None:
    file = packed(tmp_path / "e.zip", {"lobby": STORY})
    first = imported(desk, file)
    with desk.store.reading() as tx:
        before = owed(tx), tx.records.head(f"slack/{TEAM}/C1")

    second = imported(desk, file)

    with desk.store.reading() as tx:
        assert (owed(tx), tx.records.head(f"slack/{TEAM}/C1")) == before
    assert (first.posts, first.known) == (len(STORY), 0)
    assert (second.posts, second.known, second.owed) == (0, len(STORY), 0)
    assert second.whole


def test_a_later_export_adds_what_is_newer(tmp_path: Path, desk: Desk) -> None:
    imported(desk, packed(tmp_path / "one.zip", {"lobby": STORY[:4]}))

    second = imported(desk, packed(tmp_path / "two.zip", {"lobby": STORY}))

    assert (second.known, second.posts) == (4, len(STORY) - 4)
    assert second.whole
    assert len({duty.number for duty in the_duties(desk)}) == len(the_duties(desk))
    assert holds(desk)


def live_post(entry: Entry, text: str) -> MessagePosted:
    at = datetime.fromtimestamp(float(entry["ts"]), MONDAY.tzinfo)
    return MessagePosted(
        key=keys.posted(TEAM, "C1", entry["ts"]),
        at=at,
        author=Account(SLACK, TEAM, entry["user"]),
        message=MessageRef(ROOM, entry["ts"]),
        text=text,
    )


def test_what_the_bot_has_heard_live_is_known_and_what_is_older_is_named(
    tmp_path: Path, desk: Desk
) -> None:
    desk.take(live_post(STORY[4], "heard live"))
    lists = {"channels.json": [LOBBY, {"id": "C2", "name": "other", "members": []}]}
    messages = {"lobby": STORY, "other": STORY[:3]}

    outcome = imported(desk, packed(tmp_path / "e.zip", messages, lists=lists))

    assert outcome.known == 1
    assert outcome.older == {"lobby": 4}
    assert outcome.posts == len(STORY) - 5 + 3
    assert not outcome.whole
    assert texts(desk)[0] == "heard live"
    assert holds(desk)


def test_who_is_in_a_place_that_the_bot_knows_better_stays_as_it_is(
    tmp_path: Path, desk: Desk
) -> None:
    bob = Account(SLACK, TEAM, PEOPLE["bob"])
    imported(desk, packed(tmp_path / "one.zip", {"lobby": STORY[:1]}))
    desk.take(MembershipChanged(key="left", at=LATER, account=bob, place=ROOM, joined=False))
    came = said("bob", "joined", MONDAY + M, subtype="channel_join")

    outcome = imported(desk, packed(tmp_path / "two.zip", {"lobby": [came]}))

    with desk.store.reading() as tx:
        assert "bob" not in tx.people.members(ROOM)
    assert outcome.ignored == {"joins and leaves of places the bot knows already": 1}


def test_in_the_end_those_are_in_a_place_whom_its_list_names(tmp_path: Path, desk: Desk) -> None:
    moves = [
        said("eve", "came", subtype="channel_join"),
        said("ann", "left", MONDAY + M, subtype="channel_leave"),
    ]
    lists = {"channels.json": [{**LOBBY, "members": [PEOPLE["ann"], PEOPLE["bob"]]}]}

    outcome = imported(desk, packed(tmp_path / "e.zip", {"lobby": moves}, lists=lists))

    with desk.store.reading() as tx:
        assert set(tx.people.members(ROOM)) == {"ann", "bob"}
    assert outcome.moves == 2


def test_people_are_found_by_their_address_and_by_nothing_else(tmp_path: Path, desk: Desk) -> None:
    with desk.store.transaction() as tx:
        shot = tx.people.snapshot().directory.people
        tx.people.save([replace(shot["eve"], email="ANN@acme.example")])
    profile = {"real_name": "Bob", "email": "BOB@Acme.example "}
    robot = user("UR", "wei", is_bot=True)
    users = [*(u for u in USERS if u["name"] != "bob"), user(PEOPLE["bob"], "b", profile=profile)]

    outcome = imported(desk, packed(tmp_path / "e.zip", lists={"users.json": [*users, robot]}))

    with desk.store.reading() as tx:
        links = {a.id: p for a, p in tx.people.snapshot().directory.accounts.items()}
    assert links[PEOPLE["bob"]] == "bob"
    assert PEOPLE["ann"] not in links  # two have that address
    assert PEOPLE["eve"] not in links
    assert "UR" not in links
    assert {row.id for row in outcome.strangers} == {PEOPLE["ann"], PEOPLE["eve"]}


def test_an_account_that_was_linked_by_hand_stays_so(tmp_path: Path, desk: Desk) -> None:
    account = Account(SLACK, TEAM, PEOPLE["bob"])
    with desk.store.transaction() as tx:
        tx.people.link(account, "wei")

    imported(desk, packed(tmp_path / "e.zip"))

    with desk.store.reading() as tx:
        assert tx.people.snapshot().directory.accounts[account] == "wei"
        assert tx.people.snapshot().logins[account].name == "bob"


def test_an_import_does_not_make_slack_the_place_where_people_were_last(
    tmp_path: Path, desk: Desk
) -> None:
    imported(desk, packed(tmp_path / "e.zip", {"lobby": STORY}))

    with desk.store.reading() as tx:
        for name in STAFF:
            reached = tx.people.reached_at(name)
            assert reached is not None
            assert reached.platform == "paper"


def test_who_has_left_since_owed_answers_then(tmp_path: Path, desk: Desk) -> None:
    with desk.store.transaction() as tx:
        shot = tx.people.snapshot().directory.people
        tx.people.save([replace(shot["bob"], active=False)])

    imported(desk, packed(tmp_path / "e.zip", {"lobby": STORY[:2]}))

    (duty,) = the_duties(desk)
    assert (duty.owed_by, duty.state) == ("bob", "done")
    with desk.store.reading() as tx:
        assert not tx.people.snapshot().directory.people["bob"].active


def test_an_edit_is_kept_once_and_a_deletion_drops_what_was_asked(
    tmp_path: Path, desk: Desk
) -> None:
    edited = said("ann", "now so", edited={"user": "UANN", "ts": ts(MONDAY + M)})
    gone = {
        "type": "message",
        "subtype": "message_deleted",
        "ts": ts(MONDAY + 9 * M),
        "original": said("sam", "@bob where is it?", MONDAY + 5 * M),
    }
    file = packed(tmp_path / "e.zip", {"lobby": [edited, gone]})

    first, again = imported(desk, file), imported(desk, file)

    assert (first.posts, first.edits, first.deletions) == (2, 1, 1)
    assert (again.posts, again.edits, again.deletions) == (0, 0, 0)
    (duty,) = the_duties(desk)
    assert duty.state == "dropped"
    assert holds(desk)


def test_an_edit_that_came_live_is_not_kept_again(tmp_path: Path, desk: Desk) -> None:
    post = live_post(said("ann", ""), "first words")
    edit = MessageChanged(
        key="live", at=MONDAY + M, author=post.author, message=post.message, text="now so"
    )
    desk.take(post, edit)
    entry = said("ann", "now so", edited={"user": "UANN", "ts": ts(MONDAY + M)})

    outcome = imported(desk, packed(tmp_path / "e.zip", {"lobby": [entry]}))

    assert (outcome.known, outcome.edits) == (1, 0)


def test_odd_names_and_words_do_no_harm(tmp_path: Path, desk: Desk) -> None:
    odd = ["", "x\x00y", "\ud800", "\u202eevil", "a" * 5_000, "<!channel>"]
    fields = ("name", "tz", "locale", "team_id")
    users = [
        {
            **user(f"UX{n}{field}", "x"),
            "profile": {"display_name": word, "email": word},
            field: word,
        }
        for n, word in enumerate(odd)
        for field in fields
    ]
    rooms = [{"id": f"CX{n}", "name": word, "members": ["UANN"]} for n, word in enumerate(odd)]
    lists = {"users.json": [*users, *USERS], "channels.json": [LOBBY, *rooms]}
    story = [said("ann", f"@bob {word}?", MONDAY + n * M) for n, word in enumerate(odd)]

    outcome = imported(desk, packed(tmp_path / "e.zip", {"lobby": story}, lists=lists))

    assert (outcome.posts, outcome.failed) == (len(odd), 0)
    assert outcome.places == 7
    assert holds(desk)


# Broken off, and gone on with


class Killed(BaseException):
    pass


@contextmanager
def striking(strike: Callable[[str], None]) -> Iterator[None]:
    faults.append(strike)
    try:
        yield
    finally:
        faults.remove(strike)


@pytest.mark.parametrize("seed", range(3))
def test_an_import_that_broke_off_goes_on_and_ends_as_if_it_had_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("bot.importing.playing.BATCH", 2)
    chance, file = random.Random(seed), packed(tmp_path / "e.zip", {"lobby": STORY})
    whole, desk = Desk(now=LATER), Desk(now=LATER)
    imported(whole, file)

    def strike(name: str) -> None:
        if chance.random() < 0.08:
            raise Killed(name)

    for _ in range(100):
        try:
            with striking(strike):
                imported(desk, file)
            break
        except Killed:
            assert not any(duty.live for duty in the_duties(desk))
        except Unusable:  # it could not even say that it rests: half a minute is waited
            desk.now += timedelta(seconds=31)

    with desk.store.reading() as tx, whole.store.reading() as there:
        assert owed(tx) == owed(there)
    assert texts(desk) == texts(whole)
    assert rows(desk, outbox) == rows(desk, dues) == 0
    assert rows(desk, duties) == rows(whole, duties)
    assert rows(desk, promises) == rows(whole, promises)
    assert rows(desk, numbers, numbers.c.company != "acme") == 0
    assert holds(desk)
    desk.close()
    whole.close()


def test_two_imports_are_never_at_work_at_once(tmp_path: Path, desk: Desk) -> None:
    file = packed(tmp_path / "e.zip", {"lobby": STORY})
    with closing(export(file, "", LATER)) as one:
        Importing(desk.store, one, SLACK)._begun.begin()

    with pytest.raises(Unusable, match="Another import is at work"):
        imported(desk, file)

    desk.now += timedelta(seconds=31)
    assert imported(desk, file).posts == len(STORY)


def test_the_bot_at_work_meanwhile_never_sees_what_is_half_imported(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.importing.playing.BATCH", 1)
    seen: list[Sequence[str]] = []

    def look(name: str) -> None:
        if name == "a batch was imported" and len(seen) < len(STORY):
            seen.append(desk.says("bob", "mine"))
            desk.now += D

    with striking(look):
        imported(desk, packed(tmp_path / "e.zip", {"lobby": STORY}))

    assert len(seen) == len(STORY)
    assert all("report" not in line for said in seen for line in said)
    asyncio.run(desk.bot.turn())  # a day has begun
    assert asyncio.run(desk.bot.turn()) is False


def test_an_entry_that_we_cannot_handle_is_counted_and_comes_again(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.handlers import talk  # noqa: PLC0415

    real = talk.posted

    def fail(tx: Transaction, event: MessagePosted, memory: talk.Memory) -> None:
        real(tx, event, memory)
        if "test report" in event.text:
            raise RuntimeError("a bug")

    file = packed(tmp_path / "e.zip", {"lobby": STORY[:3]})
    with monkeypatch.context() as patched:
        patched.setattr(talk, "posted", fail)
        first = imported(desk, file)

    assert (first.failed, first.posts) == (1, 2)
    assert not first.whole
    assert "can you send me the test report" not in " ".join(texts(desk))
    assert holds(desk)


def test_what_is_begun_is_forgotten_when_it_is_done(tmp_path: Path, desk: Desk) -> None:
    imported(desk, packed(tmp_path / "e.zip", {"lobby": STORY}))

    begun = listeners.c.name == f"import/slack/{TEAM}"
    assert rows(desk, listeners, begun, listeners.c.cursor == "") == 1
