"""What stands in messages that should not, as conversations. Policy 2.1.1, 4.2."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.events import (
    AccountChanged,
    Attachment,
    FilePublished,
    FileShared,
    MembershipChanged,
    MessageChanged,
    MessageRef,
    Place,
    PlaceChanged,
)
from bot.gathering import gather
from bot.handlers.learning import precisions
from bot.policy import periods
from bot.policy.findings import Finding
from bot.report import Wanted
from bot.words import Reader
from tests.desk import LOBBY, PAPER, Desk, account
from tests.screening.made import card, resident

SECRET = "Tr0ub4dor&3x"
LEAK = f"the password for staging is {SECRET}, use it today"
TEAM = Place(PAPER, "home", "team")
H = timedelta(hours=1)


def adopt(desk: Desk, text: str) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt(text)


def edit(desk: Desk, who: str, id: str, text: str | None, place: Place = LOBBY) -> list[str]:
    key = f"edit {id} {text}"
    ref = MessageRef(place, id)
    return desk.hears(
        MessageChanged(key=key, at=desk.now, author=account(who), message=ref, text=text)
    )


def post(desk: Desk, who: str, text: str, place: Place = LOBBY) -> tuple[str, list[str]]:
    seen = len(desk.paper.lines)
    if place == LOBBY:
        return desk.posts(who, text), desk.read(seen)
    said = desk.message(who, text, f"t{len(text)}")
    ref = MessageRef(place, said.message.id)
    return said.message.id, desk.hears(replace(said, message=ref))


def found(desk: Desk) -> list[Finding]:
    with desk.store.transaction() as tx:
        return tx.findings.between(desk.now - timedelta(days=90), desk.now + timedelta(days=1))


def raw(desk: Desk) -> bytes:
    """Every byte of every row, as whoever has the database reads it."""
    tables = sa.MetaData()
    pieces = []
    with desk.store.db.connect() as conn:
        tables.reflect(conn)
        for table in tables.sorted_tables:
            for row in conn.execute(sa.select(table)):
                pieces += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    return b"\n".join(pieces)


def test_its_author_is_told_alone_and_the_secret_is_kept_nowhere(desk: Desk) -> None:
    _, said = post(desk, "ann", LEAK)

    (told,) = said
    assert told.startswith("ann: Please look again at what you have just posted")
    assert "A password" in told
    assert "change it where it opens something" in told
    assert "«Sam» will have a look, later: #1." in told
    assert SECRET not in told
    (finding,) = found(desk)
    assert (finding.rule, finding.clause, finding.severity) == (
        "screening.password",
        "4.2.1",
        "serious",
    )
    assert finding.tail == ""
    assert SECRET.encode() not in raw(desk)


def test_the_tail_of_a_card_is_shown_and_the_number_is_kept_nowhere(desk: Desk) -> None:
    number = card("62", 19, 1)
    _, (told,) = post(desk, "ann", f"报销请打到 {number}，谢谢")

    assert f"The number of a bank card: …{number[-4:]}" in told
    assert number not in told
    assert number.encode() not in raw(desk)
    assert found(desk)[0].hash not in (None, b"")


def test_an_edit_that_takes_it_out_settles_it_and_nobody_else_hears(desk: Desk) -> None:
    id, _ = post(desk, "ann", LEAK)
    assert edit(desk, "ann", id, "the password is in the vault") == []

    (finding,) = found(desk)
    assert (finding.state, finding.how, finding.settled_by) == ("settled", "edited", "ann")
    assert desk.duty(1).state == "done"
    assert [each for each in desk.wait(24 * H) if "staging" in each or "posted" in each] == []


def test_a_deletion_settles_it(desk: Desk) -> None:
    id, _ = post(desk, "ann", LEAK)
    edit(desk, "ann", id, None)

    (finding,) = found(desk)
    assert (finding.state, finding.how) == ("settled", "deleted")
    assert SECRET.encode() not in raw(desk)


def test_an_edit_that_brings_it_in_is_found_too(desk: Desk) -> None:
    id, said = post(desk, "ann", "one moment")
    assert said == []

    assert edit(desk, "ann", id, LEAK)[0].startswith("ann: Please look again")
    assert edit(desk, "ann", id, f"{LEAK} please") == []
    assert len(found(desk)) == 1


def test_the_head_looks_later_and_does_not_read_the_secret(desk: Desk) -> None:
    post(desk, "ann", LEAK)
    said = [each for each in desk.wait(6 * H) if each.startswith("sam: ")]

    (nudge,) = said
    assert "To be looked at, of «Ann»: A password, #1" in nudge
    assert SECRET not in nudge
    assert "I do not repeat what stands there." in nudge
    desk.presses("sam", "A false alarm")
    assert found(desk)[0].state == "open"  # of what is serious it says why
    desk.submits("sam", why="It is the name of a game.")
    (finding,) = found(desk)
    assert (finding.state, finding.how, finding.settled_by) == ("settled", "false", "sam")
    assert any("it was a false alarm (#1)" in line.text for line in desk.paper.seen_by("ann"))


@pytest.mark.thorough
def test_of_something_serious_the_author_only_says_so_and_the_head_reads_it(desk: Desk) -> None:
    post(desk, "ann", LEAK)
    said = desk.says("ann", "finding 1 explain It is a made-up one for the training.")

    assert said[0].startswith("ann: Noted on #1")
    (finding,) = found(desk)
    assert (finding.state, finding.claim) == ("open", "explained")
    shown = desk.says("sam", "finding 1")[0]
    assert "Its author's word: Its author says that it is meant" in shown
    assert "It is a made-up one for the training." in shown
    assert b"made-up" not in raw(desk)


def test_of_something_slight_the_authors_word_is_the_last_and_no_head_is_asked(desk: Desk) -> None:
    _, (told,) = post(desk, "ann", "see https://bit.ly/3xyz for the slides")
    assert "A link that hides where it leads: bit.ly" in told
    (finding,) = found(desk)
    with desk.store.transaction() as tx:
        assert tx.duties.about(f"finding/{finding.id}") == []

    desk.presses("ann", "A false alarm")
    (finding,) = found(desk)
    assert (finding.state, finding.how, finding.settled_by) == ("settled", "false", "ann")
    assert post(desk, "ann", "again: https://bit.ly/4abc")[1] == []  # it was said to be fine here


def test_the_form_asks_what_the_explanation_is(desk: Desk) -> None:
    post(desk, "ann", "see https://bit.ly/3xyz for the slides")
    desk.presses("ann", "Explain")
    desk.submits("ann", why="Our printer has room for no more.")

    (finding,) = found(desk)
    assert (finding.how, finding.reply) == ("explained", "Our printer has room for no more.")


def test_nobody_explains_for_the_author_and_strangers_to_it_find_nothing(desk: Desk) -> None:
    post(desk, "ann", LEAK)

    assert "Only its author can explain it." in desk.says("sam", "finding 1 explain So what.")[0]
    assert "There is no finding #1" in desk.says("bob", "finding 1 false")[0]
    desk.says("sam", "finding 1 settled")
    assert "already settled" in desk.says("ann", "finding 1 false")[0]


def test_the_same_in_the_same_room_is_told_once_and_again_where_it_still_stands(
    desk: Desk,
) -> None:
    first, said = post(desk, "ann", LEAK)
    assert len(said) == 1
    second, said = post(desk, "ann", f"once more: password: {SECRET}")
    assert said == []
    assert [each.state for each in found(desk)] == ["open", "repeat"]

    (again,) = edit(desk, "ann", first, None)
    assert again.startswith("ann: Please look again")
    assert [(each.state, each.how) for each in found(desk)] == [
        ("settled", "deleted"),
        ("settled", "again"),
        ("open", ""),
    ]
    edit(desk, "ann", second, None)
    assert {each.state for each in found(desk)} == {"settled"}


def test_in_a_small_room_peoples_numbers_are_slight_and_marks_may_stand(desk: Desk) -> None:
    desk.hears(PlaceChanged(key="t", at=desk.now, place=TEAM, name="team", kind="group"))
    _, said = post(desk, "ann", f"【机密】她的身份证 {resident(7)}", TEAM)

    (told,) = said
    assert "The number of an identity card" in told
    assert "confidential" not in told
    assert "will have a look" not in told
    assert found(desk)[0].severity == "slight"


def test_what_is_marked_in_an_open_place_is_found_and_in_a_closed_one_not(desk: Desk) -> None:
    _, (told,) = post(desk, "ann", "【机密】第三季度报价")
    assert "Something marked as confidential, in an open place: 机密" in told

    adopt(desk, '[screening]\nclosed = ["lobby"]')
    assert post(desk, "ann", "【绝密】第四季度报价")[1] == []


def test_the_companys_own_words_and_domains(desk: Desk) -> None:
    adopt(
        desk,
        '[mail]\ndomains = ["brightwater.example"]\n'
        '[screening]\ncodewords = ["Bluebird"]\nrumours = ["裁员"]\n',
    )
    _, (told,) = post(desk, "ann", "when does bluebird ship?")
    assert "A codeword, in an open place" in told
    assert "ships" not in told
    assert "bluebird" not in told.casefold()
    _, (told,) = post(desk, "ann", "听说下个月要裁 员")
    assert "say by whom" in told
    _, (told,) = post(desk, "ann", "log in at https://brightvvater.example/login")
    assert "A link to a domain that looks like another: brightvvater.example" in told


def test_several_things_in_one_message_are_one_card(desk: Desk) -> None:
    _, said = post(desk, "ann", f"password: {SECRET} and http://8.8.4.4/x and {card('4', 16, 3)}")

    (told,) = said
    assert "I found 3 things in it" in told
    desk.presses("ann", "{number} is a false alarm")
    assert sum(each.claim == "false" or each.how == "false" for each in found(desk)) == 1


def test_a_rule_with_too_many_false_alarms_only_collects_and_it_is_told(desk: Desk) -> None:
    adopt(desk, "[screening]\njudged = 4")
    with desk.store.transaction() as tx:
        bob = tx.people.snapshot().directory.people["bob"]
        tx.people.save([replace(bob, roles=frozenset({"it"}))])
    for number in range(4):
        post(desk, "ann", f"see https://{('bit.ly', 'is.gd', 'v.gd', 't.cn')[number]}/a{number}")
        desk.presses("ann", "A false alarm")

    assert any("too many false alarms" in line.text for line in desk.paper.seen_by("bob"))
    assert post(desk, "ann", "see https://ow.ly/x1")[1] == []
    assert found(desk)[-1].state == "collected"
    with desk.store.transaction() as tx:
        (one,) = [each for each in precisions(tx) if each.rule == "screening.shortener"]
    assert (one.judged, one.wrong, one.collects) == (4, 4, True)
    adopt(desk, "[screening]\njudged = 5")  # a new version of the policy starts afresh
    assert len(post(desk, "ann", "see https://cutt.ly/x1")[1]) == 1


@pytest.mark.thorough
def test_a_rule_that_is_right_goes_on_and_one_that_is_off_is_silent(desk: Desk) -> None:
    adopt(desk, '[screening]\njudged = 2\n[screening.rules]\nraw-address = "off"\niban = "collect"')
    for number in range(3):
        id, said = post(desk, "ann", f"password: {SECRET}{number}")
        assert len(said) == 1
        edit(desk, "ann", id, None)

    assert post(desk, "ann", "http://8.8.4.4/x")[1] == []
    assert post(desk, "ann", "DE89 3704 0044 0532 0130 00")[1] == []
    assert found(desk)[-1].state == "collected"


def test_a_file_marked_as_confidential_is_found_where_everybody_sees_it(desk: Desk) -> None:
    ref = MessageRef(LOBBY, "f1")
    file = Attachment("Q3_confidential_prices.xlsx", "F1", 10)
    shared = FileShared(key="f", at=desk.now, actor=account("ann"), message=ref, files=(file,))
    (told,) = desk.hears(shared)
    assert "A file marked as confidential, in an open place: confidential" in told

    edit(desk, "ann", "f1", None)
    assert found(desk)[0].how == "deleted"
    public = FilePublished(key="p", at=desk.now, actor=account("ann"), file=file)
    said = desk.hears(public)
    assert any("A file marked as confidential" in each for each in said)
    assert len(found(desk)) == 2
    plain = replace(file, name="non-confidential_menu.pdf", id="F2")
    desk.hears(replace(shared, key="g", files=(plain,)))
    assert len(found(desk)) == 2


def test_somebody_from_outside_in_an_internal_channel_is_looked_at_by_hr(desk: Desk) -> None:
    adopt(desk, '[screening]\ninternal = ["lobby"]')
    guest = account("guest")
    came = AccountChanged(key="g", at=desk.now, account=guest, name="Guest", outsider=True)
    joined = MembershipChanged(key="j", at=desk.now, account=guest, place=LOBBY, joined=True)
    desk.hears(came, joined, replace(joined, key="j2"))

    (finding,) = found(desk)
    assert (finding.rule, finding.person, finding.state) == ("screening.outsider", None, "open")
    assert desk.duty(finding.number).owed_by == "hana"
    shown = desk.says("hana", f"finding {finding.number}")[0]
    assert "Somebody from outside in an internal channel" in shown
    desk.hears(replace(joined, key="l", joined=False))
    assert found(desk)[0].how == "edited"
    desk.hears(replace(joined, key="j3", account=account("bob")))
    assert len(found(desk)) == 1
    desk.hears(PlaceChanged(key="o", at=desk.now, place=LOBBY, name="lobby", outside=True))
    assert len(found(desk)) == 2


def test_an_important_message_is_hinted_at_in_private_once_a_day_and_never_kept(
    desk: Desk,
) -> None:
    seen = len(desk.paper.lines)
    desk.posts("ann", "@bob PLEASE SEND ME THE CONTRACT, URGENT, RIGHT NOW?")
    (hint,) = desk.read(seen)
    assert hint.startswith("ann: A thought on your important message")
    assert "capitals" in hint
    assert found(desk) == []
    assert post(desk, "ann", "@bob SEND THE OTHER CONTRACT TOO, URGENT?")[1] == []
    assert post(desk, "eve", "@bob SO GOOD TO SEE THE PICTURES")[1] == []  # of no importance


def test_the_workbook_counts_them_without_names(desk: Desk) -> None:
    id, _ = post(desk, "ann", LEAK)
    edit(desk, "ann", id, None)
    post(desk, "ann", "http://8.8.4.4/x")

    with desk.store.transaction() as tx:
        wanted = Wanted(
            period=periods.parse("2026-03", "Asia/Shanghai"),
            edition="hr",
            person="hana",
            reader=Reader("en", "UTC"),
        )
        material = gather(tx, wanted)
    assert [each.how for each in material.findings] == ["deleted", ""]


@pytest.mark.parametrize(
    "text", ["早上好，今天谁去吃饭？", "lol that was a terrible game", "@bob hi"]
)
def test_idle_chat_and_moods_are_nobodys_business(desk: Desk, text: str) -> None:
    assert [each for each in post(desk, "ann", text)[1] if "look again" in each] == []
    assert found(desk) == []
