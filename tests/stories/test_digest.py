"""One digest a day, of what is owed, to be decided, and late. Policy 1.3-moderate."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from bot.handlers import contents, daily, deeds, digests
from bot.policy.duties import Kind
from bot.policy.people import Absence
from bot.port import Doubtful, TryLater
from bot.store.schema import outbox
from tests.desk import MONDAY, Desk, Line, Paper, person
from tests.test_outbox import Moody, rows
from tests.test_ticker import statements

H, M, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
ASK = "@bob when will the samples be ready?"
TUESDAY = MONDAY + DAY


def digest(desk: Desk, who: str) -> list[Line]:
    """The digests of somebody, in order."""
    return [x for x in desk.paper.lines if x.to == who and x.key.startswith("digest/")]


def owes(desk: Desk, kind: Kind = "reply", by: str = "bob", to: str = "ann") -> None:
    with desk.store.transaction() as tx:
        book = tx.policies.current()
        deeds.open_duty(
            tx,
            deeds.Opening(
                kind=kind,
                owed_by=by,
                owed_to=to,
                level=book.levels["normal"],
                clause="2.2.1-reply",
                rule="question-to-person",
                start=desk.now,
            ),
        )


def test_in_the_morning_everybody_reads_what_they_owe_decide_and_lead(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.posts("eve", "@sam could you send me the contract?")
    desk.says("ann", "request notice The office is closed on Friday.")
    desk.says("sam", "promise 2 by Tue 17:00")
    desk.until(TUESDAY)

    [bob], [sam], [mei] = (digest(desk, who) for who in ("bob", "sam", "mei"))
    assert bob.text == (
        "Your day: 1 thing waits\n"
        "You owe:\n"
        "#1 Answer «Ann», overdue since Mon 2 Mar, 14:30: “«@bob when will the samples be ready?»”"
    )
    assert sam.text == (
        "Your day: 2 things wait\n"
        "You owe:\n"
        "#2 Answer «Eve», promised for Tue 3 Mar, 17:00: “«@sam could you send me the contract?»”\n"
        "Waiting for your decision:\n"
        "#3 Decide on a request of «Ann» by Tue 3 Mar, 09:30"
    )
    assert mei.text.split("\n")[2:] == ["#1 «Bob» 自 3月2日周一 14:30 起欠 «Ann» 一个答复"] or (
        "#1" in mei.text and "Bob" in mei.text
    )


def test_it_says_why_and_at_what_hour_and_how_to_change_it(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(TUESDAY)
    [line] = digest(desk, "bob")

    assert line.card is not None
    assert line.card.why is not None
    assert line.card.why.sentence.startswith("One digest a day, at {at}")


def test_one_thing_alone_comes_with_its_buttons_and_is_pressed_by_a_reaction(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(TUESDAY)

    assert desk.reacts("bob", "✅", digest(desk, "bob")[-1].ref)[0].startswith("bob: Done: #1.")
    assert digest(desk, "bob")[-1].text.startswith("#1 is settled.")


def test_several_things_have_a_button_each_and_long_lists_an_end(desk: Desk) -> None:
    for _ in range(9):
        owes(desk)
    desk.until(TUESDAY)
    [line] = digest(desk, "bob")

    assert line.card is not None
    assert [each.action for each in line.card.buttons] == [f"mine {n}" for n in range(1, 10)]
    assert line.text.count("Answer «Ann»") == contents.SHOWN
    assert "… and 3 more: /duly mine" in line.text


def test_what_somebody_is_asked_to_look_at_has_a_heading_of_its_own(desk: Desk) -> None:
    owes(desk, "review")
    desk.until(TUESDAY)

    assert digest(desk, "bob")[0].text.split("\n")[1] == "For you to look at:"


def test_who_has_nothing_to_read_gets_none_and_who_still_owes_gets_one_every_day(
    desk: Desk,
) -> None:
    desk.posts("ann", ASK)
    desk.until(MONDAY + 3 * DAY)
    assert len(digest(desk, "bob")) == 3
    desk.says("bob", "done 1")
    desk.until(MONDAY + 9 * DAY)

    assert len(digest(desk, "bob")) == 3
    assert digest(desk, "ann") == []


def test_what_is_not_due_today_is_no_business_of_today(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.says("bob", "promise 1 by Thu 12:00")
    desk.until(MONDAY + 3 * DAY - M)
    assert digest(desk, "bob") == []
    desk.until(MONDAY + 3 * DAY)

    assert "promised for Thu 5 Mar, 12:00" in digest(desk, "bob")[0].text


def test_nobody_reads_in_it_what_they_wait_for_themselves(desk: Desk) -> None:
    owes(desk, by="bob", to="mei")  # who leads him
    desk.until(TUESDAY)

    assert digest(desk, "mei") == []


def test_an_outsider_gets_none(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        tx.people.save([replace(person("eve"), partner=True)])
    owes(desk, by="eve")
    desk.until(TUESDAY + H)

    assert digest(desk, "eve") == []


def test_managers_read_what_is_late_and_not_what_is_only_open(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(MONDAY + 8 * H)
    desk.posts("eve", "@wei when will the contract be ready?")
    desk.until(TUESDAY)

    assert "«Bob»" in digest(desk, "mei")[0].text
    assert "«Wei»" not in digest(desk, "mei")[0].text


def test_it_comes_at_the_hour_somebody_chose_and_once_a_day_all_the_same(desk: Desk) -> None:
    desk.posts("ann", ASK)
    assert desk.says("bob", "settings digest 10:00")[0].startswith(
        "bob: Your digest comes at 10:00.\nThe next one: Mon 2 Mar, 10:00"
    )
    desk.until(TUESDAY + H - M)
    assert len(digest(desk, "bob")) == 1  # on Monday, of what is due that day
    desk.until(TUESDAY + H)
    assert len(digest(desk, "bob")) == 2
    desk.says("bob", "settings digest 15:00")
    desk.until(TUESDAY + 9 * H)
    assert len(digest(desk, "bob")) == 2


def test_an_hour_at_which_nobody_works_is_moved_to_the_next_opening(desk: Desk) -> None:
    desk.says("bob", "settings digest 12:30")
    desk.posts("ann", ASK)
    desk.until(MONDAY + 4 * H + 29 * M)
    assert digest(desk, "bob") == []
    desk.until(MONDAY + 4 * H + 30 * M)  # after lunch
    assert len(digest(desk, "bob")) == 1


def test_the_settings_are_shown_asked_for_and_explained(desk: Desk) -> None:
    shown = desk.says("wei", "settings")[0]
    for words in ("Asia/Shanghai", "简体中文", "09:00"):
        assert words in shown
    desk.says("bob", "settings digest")
    assert desk.submits("bob", at="8:15")[0].startswith("bob: Your digest comes at 08:15.")
    assert desk.says("bob", "settings digest 25:00")[0].startswith("bob: Say the hour of your")
    assert desk.says("bob", "settings colour red")[0].startswith("bob: Say the hour of your")
    desk.says("bob", "pause until Wed 09:00")
    assert "Pause: until Wed 4 Mar, 09:00" in desk.says("bob", "settings")[0]


def test_a_policy_without_digests_says_so_and_sends_none() -> None:
    desk = Desk(policy="[nudges]\ndigest = false\n")
    desk.posts("ann", ASK)
    with desk.store.transaction() as tx:
        tx.dues.add(desk.now, digests.DIGEST, "bob", 1)  # left over from a policy with digests
    desk.until(TUESDAY + 8 * H)

    assert digest(desk, "bob") == []
    assert "Daily digest: Switched off for the whole company" in desk.says("bob", "settings")[0]
    desk.close()


# What piled up is one card


def told(desk: Desk) -> Counter[str]:
    return Counter(line.to for line in desk.paper.lines)


def test_what_fell_due_on_a_leave_is_one_card(desk: Desk) -> None:
    for who in ("ann", "eve", "sam"):
        desk.posts(who, ASK)
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="bob", start=MONDAY, end=MONDAY + 2 * DAY))
    desk.until(MONDAY + 2 * DAY - M)
    assert told(desk)["bob"] == 0
    desk.until(MONDAY + 2 * DAY + 2 * M)

    assert [line.text.split("\n")[0] for line in desk.paper.lines if line.to == "bob"] == [
        "Your day: 3 things wait"
    ]


def test_what_piled_up_while_we_were_down_is_one_card(desk: Desk) -> None:
    for who in ("ann", "eve", "sam"):
        desk.posts(who, ASK)
    desk.wait(3 * DAY + 2 * H)
    desk.wait(timedelta(seconds=3))
    desk.wait(timedelta(seconds=10))

    assert [line.text.split("\n")[0] for line in desk.paper.lines if line.to == "bob"] == [
        "Your day: 3 things wait"
    ]


def test_a_nudge_that_comes_due_with_the_digest_waits_for_it(desk: Desk) -> None:
    desk.says("bob", "settings digest 13:30")
    desk.posts("ann", ASK)
    desk.until(MONDAY + 4 * H + 31 * M)  # 13:30: three of four working hours are over

    assert [line.key.split("/")[0] for line in desk.paper.lines if line.to == "bob"][1:] == [
        "digest"
    ]
    with desk.store.db.connect() as conn:
        kept = conn.execute(outbox.select().where(outbox.c.kind == "Remind")).all()
    assert [row.state for row in kept] == ["spared"]


def falls_due(desk: Desk, at: datetime) -> None:
    """Somebody else's digest, which nobody has planned yet."""
    with desk.store.transaction() as tx:
        tx.dues.add(at, digests.DIGEST, "eve", 1)


def test_a_digest_goes_where_something_comes_due_all_the_time(desk: Desk) -> None:
    owes(desk)
    desk.until(TUESDAY - M)
    desk.now = TUESDAY
    desk.bot.ticker.ring()
    desk.now += timedelta(seconds=10)
    falls_due(desk, desk.now)
    asyncio.run(desk.bot.courier.round())

    assert len(digest(desk, "bob")) == 1


def test_a_digest_waits_for_what_came_due_while_we_were_down(desk: Desk) -> None:
    owes(desk)
    desk.until(TUESDAY - M)
    desk.now = TUESDAY
    desk.bot.ticker.ring()
    falls_due(desk, TUESDAY + H)
    desk.now += 2 * H
    asyncio.run(desk.bot.courier.round())
    assert digest(desk, "bob") == []
    desk.wait(M)

    assert len(digest(desk, "bob")) == 1


def test_an_answer_that_is_still_being_handled_is_waited_for(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(TUESDAY - M)
    desk.now = TUESDAY
    desk.bot.ticker.ring()
    asyncio.run(desk.bot.inbox.take([desk.message("bob", "@ann on Thursday", "m99")]))
    asyncio.run(desk.bot.courier.round())
    assert digest(desk, "bob") == []
    desk.wait(timedelta(0))
    desk.wait(M)

    assert digest(desk, "bob") == []


def busy(times: int, after: timedelta) -> Paper:
    return Moody(*[TryLater(after)] * times)


def test_a_digest_that_could_not_be_sent_gives_way_to_the_next_days() -> None:
    desk = Desk(paper=busy(1, 30 * H))
    desk.now = TUESDAY - H
    for who in ("ann", "eve"):
        desk.posts(who, ASK)
    desk.now = TUESDAY
    for _ in range(48):
        desk.wait(H)

    days = [line.key.rpartition("/")[2] for line in digest(desk, "bob")]
    assert len(days) == len(set(days)) == 2
    states = Counter(row.state for row in rows(desk) if row.kind == "Digest")
    assert states["spared"] >= 1
    desk.close()


def test_a_digest_in_doubt_is_looked_for_and_not_sent_again() -> None:
    desk = Desk(paper=Moody(Doubtful(), accepts=True))
    owes(desk)
    desk.until(TUESDAY + H)

    assert len(digest(desk, "bob")) == 1
    desk.close()


def test_who_leaves_before_it_goes_gets_none(desk: Desk) -> None:
    desk.posts("ann", ASK)
    desk.until(TUESDAY - M)
    desk.now = TUESDAY
    desk.bot.ticker.ring()
    with desk.store.transaction() as tx:
        tx.people.absent(Absence(person="bob", start=TUESDAY, end=TUESDAY + DAY))
    desk.wait(timedelta(0))
    assert digest(desk, "bob") == []
    desk.until(TUESDAY + DAY + M)

    assert len(digest(desk, "bob")) == 1


def test_digests_are_planned_set_wise(desk: Desk) -> None:
    """However many people: what they owe is one look."""
    for who in ("bob", "wei", "eve", "sam"):
        owes(desk, by=who, to="grace")
    desk.now = TUESDAY
    with desk.store.transaction() as tx:
        fallen = [due for due in tx.dues.claim(TUESDAY, 100) if due.kind == digests.DIGEST]
        with statements(desk) as said:
            daily.plan(tx, fallen, timedelta(0))

    assert len(fallen) == 4
    assert len([each for each in said if "FROM duties" in each]) == 1
    assert len([each for each in said if each.startswith("INSERT INTO outbox")]) == 1


def test_one_of_several_is_shown_by_itself_with_its_ways_out(desk: Desk) -> None:
    for _ in range(3):
        owes(desk)
    desk.until(TUESDAY)

    [shown] = desk.presses("bob", "2️⃣")
    assert "#2" in shown
    assert "waits" in shown or "answer" in shown
    desk.presses("bob", "✅")
    assert [desk.duty(number).state for number in (1, 2, 3)] == ["open", "done", "open"]
    assert "#2" in desk.says("bob", "mine 2")[0]  # it says that nothing is owed under it
    assert "#1" in desk.says("eve", "mine 1")[0]
