"""Whose devices count: what is signed, by whom, and what becomes of a changed identity."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix.crosssigning import identity, with_identity
from adapters.matrix.trust import (
    Changed,
    Trusting,
    Why,
    accepted,
    advice,
    alert,
    fingerprint,
    keep,
    pinned,
    stand,
)
from adapters.matrix.vault import PINS, Sealed, Secrets
from adapters.slip import Slip
from bot.settings import Unusable
from bot.words import Reader, render
from tests.matrix.machine import Machine
from tests.matrix.signing import Identity, Json, is_signed, person

ANN, EVE = "@ann:corp.example", "@eve:corp.example"
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


def answer(user: str, who: Identity | None, *devices: Json) -> Json:
    """As /keys/query has it."""
    told: Json = {"device_keys": {user: {each["device_id"]: each for each in devices}}}
    if who is not None:
        made = who.published()
        for name in ("master", "self_signing", "user_signing"):
            told[f"{name}_keys"] = {user: made[f"{name}_key"]}
    return told


def trusting(tmp_path: Path, policy: Any = "signed") -> Trusting:
    file = Sealed(tmp_path / PINS, "ab" * 32, "@duly:corp.example")
    made = Trusting(policy, file, lambda: MONDAY)
    made.load()
    return made


@pytest.fixture
def ann() -> Identity:
    return Identity(ANN)


@pytest.fixture
def phone() -> Machine:
    return Machine(ANN, "PHONE")


def test_a_device_counts_that_its_owners_identity_has_signed(
    ann: Identity, phone: Machine, tmp_path: Path
) -> None:
    laptop = Machine(ANN, "LAPTOP")
    told = answer(ANN, ann, ann.vouch(phone.device_keys()), laptop.device_keys())
    trust = trusting(tmp_path)

    assert trust.hear(Slip(told), [ANN]) == []

    assert trust.why_not(ANN, "PHONE", phone.ed25519) is None
    assert trust.why_not(ANN, "LAPTOP", laptop.ed25519) is Why.UNSIGNED
    assert trust.why_not(ANN, "PHONE", laptop.ed25519) is Why.UNSIGNED
    assert trust.why_not(EVE, "PHONE", phone.ed25519) is Why.NO_IDENTITY


def test_where_all_count_everybody_does_and_a_change_is_still_told(
    ann: Identity, phone: Machine, tmp_path: Path
) -> None:
    trust = trusting(tmp_path, "all")
    trust.hear(Slip(answer(ANN, ann, phone.device_keys())), [ANN])

    changed = trust.hear(Slip(answer(ANN, Identity(ANN), phone.device_keys())), [ANN])

    assert len(changed) == 1
    assert trust.why_not(ANN, "PHONE", phone.ed25519) is None
    assert trust.why_not(EVE, "ANY", "key") is None


@dataclass
class Scene:
    told: Json
    ann: Identity
    phone: Machine


Spoil = Callable[[Scene], None]


def other_master(scene: Scene) -> None:
    """The self-signing key is signed by a master key that is not shown."""
    key = Identity(ANN).published()["master_key"]
    scene.told["master_keys"][ANN] = key


def of_eve(scene: Scene) -> None:
    """Eve's whole identity, which vouches for a device of Ann's, shown as Ann's."""
    eve = Identity(EVE)
    made = answer(ANN, eve, eve.vouch(scene.phone.device_keys()))
    scene.told |= made


def other_device(scene: Scene) -> None:
    """A signed device under another name."""
    scene.told["device_keys"][ANN]["TABLET"] = scene.told["device_keys"][ANN].pop("PHONE")


def other_key(scene: Scene) -> None:
    scene.told["device_keys"][ANN]["PHONE"]["keys"]["curve25519:PHONE"] = Machine(
        ANN, "X"
    ).curve25519


def without_own_signature(scene: Scene) -> None:
    del scene.told["device_keys"][ANN]["PHONE"]["signatures"][ANN]["ed25519:PHONE"]


def two_keys(scene: Scene) -> None:
    scene.told["self_signing_keys"][ANN]["keys"]["ed25519:x"] = "x"


def wrong_usage(scene: Scene) -> None:
    """The key for signing other people signs a device."""
    scene.told["self_signing_keys"] = {ANN: scene.told["user_signing_keys"][ANN]}
    device = scene.ann.user_signing.sign(scene.phone.device_keys(), ANN)
    scene.told["device_keys"][ANN]["PHONE"] = device


def nonsense(scene: Scene) -> None:
    scene.told["self_signing_keys"][ANN] = [1]
    scene.told["master_keys"] = "x"
    scene.told["device_keys"][ANN]["PHONE"]["signatures"] = {ANN: "x"}


@pytest.mark.parametrize(
    "spoil",
    [
        *(other_master, of_eve, other_device, other_key),
        *(without_own_signature, two_keys, wrong_usage, nonsense),
    ],
)
def test_nothing_is_believed_that_is_not_signed_all_the_way(
    spoil: Spoil, ann: Identity, phone: Machine
) -> None:
    told = answer(ANN, ann, ann.vouch(phone.device_keys()))
    assert stand(Slip(deepcopy(told)), ANN).signed == {("PHONE", phone.ed25519)}

    spoil(Scene(told, ann, phone))

    assert stand(Slip(told), ANN).signed == frozenset()


def test_a_changed_identity_counts_again_when_an_operator_accepts_it(
    ann: Identity, phone: Machine, tmp_path: Path
) -> None:
    new = Identity(ANN)
    trust = trusting(tmp_path)
    trust.hear(Slip(answer(ANN, ann, ann.vouch(phone.device_keys()))), [ANN])
    changed = Slip(answer(ANN, new, new.vouch(phone.device_keys())))

    assert trust.hear(changed, [ANN]) == [Changed(ANN, new.master.public)]
    assert trust.hear(changed, [ANN]) == []  # it was told
    assert trust.why_not(ANN, "PHONE", phone.ed25519) is Why.CHANGED

    keep(trust.file, accepted(pinned(trust.file), ANN, MONDAY))
    assert trust.load() == {ANN}
    assert trust.hear(changed, [ANN]) == []
    assert trust.why_not(ANN, "PHONE", phone.ed25519) is None


def test_what_is_pinned_outlives_us_and_the_old_identity_is_welcome_back(
    ann: Identity, phone: Machine, tmp_path: Path
) -> None:
    old = Slip(answer(ANN, ann, ann.vouch(phone.device_keys())))
    new = Identity(ANN)
    trusting(tmp_path).hear(old, [ANN])

    again = trusting(tmp_path)
    changed = again.hear(Slip(answer(ANN, new, new.vouch(phone.device_keys()))), [ANN])
    assert [each.user for each in changed] == [ANN]
    told_again = trusting(tmp_path).hear(
        Slip(answer(ANN, new, new.vouch(phone.device_keys()))), [ANN]
    )
    assert told_again == changed  # lest it was lost when we ended
    assert trusting(tmp_path).hear(Slip(answer(ANN, None)), [ANN]) == []  # hidden: no news

    assert trusting(tmp_path).hear(old, [ANN]) == []
    assert pinned(again.file)[ANN].other == ""
    assert pinned(again.file)[ANN].master == ann.master.public


def test_only_a_change_can_be_accepted(ann: Identity, tmp_path: Path) -> None:
    trust = trusting(tmp_path)
    trust.hear(Slip(answer(ANN, ann)), [ANN])

    for user in (ANN, EVE):
        with pytest.raises(LookupError):
            accepted(pinned(trust.file), user, MONDAY)


def test_pins_of_a_newer_duly_are_not_guessed_at(tmp_path: Path) -> None:
    file = Sealed(tmp_path / PINS, "ab" * 32, "@duly:corp.example")
    for body in (b"[]", b"{", b'{"@ann:corp.example": {"masters": 2}}'):
        file.write(body)
        with pytest.raises(Unusable, match="newer"):
            pinned(file)


def test_everybody_hears_what_to_do() -> None:
    reader = Reader("en", "UTC")
    told = [render(advice(why), reader, quote=lambda words: words) for why in Why]
    alarm = render(alert(Changed(ANN, "key")), reader, quote=lambda words: words)

    assert len(set(told)) == len(Why)
    assert all("Element" in each for each in told[:2])
    assert "./duly matrix trust @ann:corp.example" in alarm
    assert fingerprint("abcdefghij") == "abcd efgh ij"


def test_our_own_identity_is_one_that_others_believe() -> None:
    random = iter(range(1, 100))
    secrets = with_identity(Secrets(user_id=ANN), lambda size: bytes([next(random)]) * size)
    mine = identity(secrets)
    assert mine is not None
    made, phone = mine.upload(), Machine(ANN, "PHONE")
    device = phone.device_keys()
    signed = mine.signed(device)
    signature = signed["signatures"][ANN]
    device["signatures"][ANN] |= signature

    seen = person(
        {
            "device_keys": {ANN: {"PHONE": device}},
            "master_keys": {ANN: made["master_key"]},
            "self_signing_keys": {ANN: made["self_signing_key"]},
        },
        ANN,
    )

    assert [each.vouched for each in seen.devices] == [True]
    assert seen.master == mine.master.public
    assert mine.has_signed(device)
    assert not mine.has_signed({**device, "algorithms": []})
    assert is_signed(made["user_signing_key"], ANN, mine.master.public, mine.master.public)
    assert identity(Secrets(user_id=ANN)) is None
