"""Asking for the approval of a message: its words stand in the form already. Policy 3.2."""

from dataclasses import replace

from tests.desk import Desk

TEXT = "The office is closed on Friday."


def use(desk: Desk, who: str, message: str, about: str = "") -> None:
    typed = desk.command(who, f"request msg:{message}", f"use/{who}/{message}")
    desk.take(replace(typed, about=about))


def test_the_words_stand_in_the_form_and_go_on_to_the_kind_that_was_chosen(desk: Desk) -> None:
    message = desk.posts("ann", TEXT)
    use(desk, "ann", message, about=TEXT)
    kind, text = desk.paper.forms[-1].form.fields
    assert text.initial == TEXT
    assert "notice" in [each.value for each in kind.choices]

    said = desk.submits("ann", kind="notice", text=text.initial)
    assert any(each.startswith("ann: Sent for approval: #1") for each in said)


def test_a_kind_that_asks_for_more_takes_them_along(desk: Desk) -> None:
    use(desk, "ann", desk.posts("ann", TEXT), about=TEXT)
    desk.submits("ann", kind="outside_mail", text=TEXT)

    assert TEXT in [each.initial for each in desk.paper.forms[-1].form.fields]


def test_only_kinds_that_the_policy_has_are_offered() -> None:
    desk = Desk()
    use(desk, "ann", desk.posts("ann", TEXT))
    kind, text = desk.paper.forms[-1].form.fields
    with desk.store.transaction() as tx:
        known = set(tx.policies.current().routes)

    assert {each.value for each in kind.choices} <= {each.partition(".")[0] for each in known}
    assert text.initial == TEXT  # from what is on record, for who may read it there
    desk.close()
