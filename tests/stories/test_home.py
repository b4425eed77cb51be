"""The page of one's own: what I owe, wait for and decide, and what I set."""

from dataclasses import replace

from bot.card import Card
from bot.effects import Deliverable, ShowHome
from bot.events import ButtonPressed, HomeOpened, MessageRef, Place
from bot.words import Reader
from tests.desk import PAPER, Desk, Paper, account, text_of


class Homely(Paper):
    def __init__(self) -> None:
        super().__init__()
        self.homes: list[tuple[str, tuple[Card, ...]]] = []

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        if isinstance(effect, ShowHome):
            self.homes.append((effect.to.id, effect.cards))
        return await super().deliver(effect, key=key, reader=reader)


def home(desk: Desk, who: str, key: str = "home") -> tuple[Card, ...]:
    desk.take(HomeOpened(key=key, at=desk.now, actor=account(who)))
    assert isinstance(desk.paper, Homely)
    to, cards = desk.paper.homes[-1]
    assert to == who
    return cards


def shown(cards: tuple[Card, ...]) -> str:
    return "\n".join(text_of(each, Reader()) for each in cards)


def presses(desk: Desk, who: str, cards: tuple[Card, ...], action: str) -> None:
    assert action in [button.action for each in cards for button in each.buttons]
    where = MessageRef(Place(PAPER, "home", f"dm:{who}"), f"home:{who}")
    desk.take(
        ButtonPressed(key=action, at=desk.now, actor=account(who), message=where, action=action)
    )


def test_it_shows_what_i_owe_wait_for_decide_and_have_set() -> None:
    desk = Desk(paper=Homely())
    desk.posts("ann", "@sam when will the samples be ready?")
    desk.posts("sam", "@bob could you send me the contract?")
    desk.says("ann", "request notice The office is closed on Friday.")

    seen = shown(home(desk, "sam"))
    assert "#1 Answer «Ann»" in seen
    assert "«Bob»" in seen
    assert "Waiting for your decision:" in seen
    assert "Daily digest: " in seen
    assert "Pause: None" in seen
    assert "Your request" in shown(home(desk, "ann", "other"))
    desk.close()


def test_a_click_on_it_does_something_and_shows_it_anew() -> None:
    desk = Desk(paper=Homely())
    cards = home(desk, "bob")
    presses(desk, "bob", cards, "settings digest 17:00")
    assert isinstance(desk.paper, Homely)
    assert "Daily digest: 17:00" in shown(desk.paper.homes[-1][1])
    presses(desk, "bob", cards, "pause until tomorrow 09:00")

    last = desk.paper.homes[-1][1]
    assert "Pause: until" in shown(last)
    assert "pause off" in [button.action for each in last for button in each.buttons]
    assert len(desk.paper.homes) == 3
    desk.close()


def test_a_stranger_reads_whom_to_ask() -> None:
    desk = Desk(paper=Homely())

    assert "ask HR for a code" in shown(home(desk, "u9"))
    desk.close()


def test_a_click_elsewhere_does_not_show_the_page() -> None:
    desk = Desk(paper=Homely())
    where = MessageRef(Place(PAPER, "home", "dm:bob"), "c1")
    press = ButtonPressed(
        key="b", at=desk.now, actor=account("bob"), message=where, action="pause off"
    )
    desk.take(press, replace(press, key="c"))

    assert isinstance(desk.paper, Homely)
    assert desk.paper.homes == []
    desk.close()
