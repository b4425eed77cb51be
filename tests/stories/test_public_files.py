"""A file gets a public link: its author hears so at once, at any hour. Policy 3.2."""

from dataclasses import replace
from datetime import timedelta

from bot.events import Attachment, FilePublished
from tests.desk import Desk, account, person


def test_who_made_a_file_public_hears_at_once_what_that_means_and_it_when_at_work(
    desk: Desk,
) -> None:
    with desk.store.transaction() as tx:
        tx.policies.adopt("[supervision]\ndaily = false\n")
        tx.people.save([replace(person("eve"), roles=frozenset({"it"}))])
    desk.now += timedelta(hours=12)
    event = FilePublished(
        key="f", at=desk.now, actor=account("ann"), file=Attachment("prices.xlsx", "F1", 9)
    )

    assert desk.titles(desk.hears(event)) == [
        "ann: Anybody who has the link can now read «prices.xlsx»"
    ]
    assert desk.hears(replace(event, key="again")) == []
    morning = desk.titles(desk.until(desk.now + timedelta(hours=12)))
    assert morning == ["eve: «Ann» made a file public: «prices.xlsx»"]
