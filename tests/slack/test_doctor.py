"""`duly doctor` names each thing that can be set wrongly in Slack, and nothing besides."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.slack.branch import Branch
from adapters.slack.guard import PATH, Guard
from adapters.slack.install import Install
from adapters.slack.reaching import CHALLENGE
from adapters.slack.scopes import NAMES
from adapters.slack.workspace import workspace
from bot import __main__ as duly
from bot.clock import Clock
from bot.events import Account, Platform, Unread
from bot.policy.people import Person as Employee
from bot.seal import Seal
from bot.settings import Settings, key
from bot.store import Store
from bot.store.connecting import connect, sqlite_url
from bot.store.migrating import upgrade
from tests.desk import Paper
from tests.slack.fake import FakeSlack, Fault
from tests.slack.fake.company import Company
from tests.slack.fake.people import Person
from tests.slack.fake.rooms import Channel
from tests.slack.fake.rules import Refusal
from tests.slack.serving import served, silent_port

pytestmark = pytest.mark.thorough

OTHER = "0123456789abcdef" * 2
VARIABLES = ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "API_URL")


@dataclass
class Clinic:
    """A workspace where all is well, until a test plants something."""

    slack: FakeSlack
    team: Company
    ann: Person
    sales: Channel
    data: Path
    setting: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    open: ExitStack
    told: list[str] = field(default_factory=list)

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.setting.setenv(f"SLACK_{name}" if name in VARIABLES else name, value)

    def unset(self, name: str) -> None:
        self.setting.delenv(f"SLACK_{name}")

    def by_http(self, app: object | None = None) -> None:
        """Reached at an address, where a Duly answers that was started with the right secret."""
        self.unset("APP_TOKEN")
        address = self.open.enter_context(served(app or door(self.slack.signing_secret)))
        self.set(SIGNING_SECRET=self.slack.signing_secret, DULY_URL=address)

    def store(self) -> Store:
        settings, clock = Settings(data=self.data), Clock()
        db = connect(sqlite_url(self.data))
        self.open.callback(db.dispose)
        return Store(db, "main", Seal(key(settings, clock.random), clock.random), clock)

    def cursors(self, **positions: float) -> None:
        with self.store().transaction() as tx:
            for name, at in positions.items():
                tx.listeners.move(f"slack/{self.team.id}/{name}", f"{at:.6f}")

    def doctor(self) -> list[str]:
        """What it finds wrong in Slack; the rest of what it said stays in `told`."""
        code = duly.main(["doctor", "--data", str(self.data)])
        self.told = self.capsys.readouterr().out.splitlines()
        found = [each for each in self.told if each.startswith("Slack, ")]
        assert code == 1 if found else code in (0, 1)
        return found


def door(secret: str) -> Starlette:
    install = Install(bot_token="xoxb-1", signing_secret=secret)
    one = workspace(install, Paper(), lambda: datetime.now(UTC))  # type: ignore[arg-type]
    guard = Guard([Branch(secret, [one])], time.time)
    return Starlette(routes=[Route(PATH, guard, methods=["GET", "POST"])])


def answering(answer: Callable[[], Response]) -> Starlette:
    async def endpoint(request: Request) -> Response:
        await request.body()
        return answer()

    return Starlette(routes=[Route("/{rest:path}", endpoint, methods=["POST"])])


@pytest.fixture
def clinic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Clinic]:
    with FakeSlack(seed=1) as slack, ExitStack() as rest:
        team = slack.workspace("Acme")
        ann = team.person("Ann Baker", email="ann@acme.example")
        sales = team.channel("sales", ann)
        sales.invite_bot()
        data = tmp_path / "data"
        data.mkdir()
        db = connect(sqlite_url(data))
        upgrade(db)
        db.dispose()
        made = Clinic(slack, team, ann, sales, data, monkeypatch, capsys, rest)
        made.set(BOT_TOKEN=team.token, APP_TOKEN=slack.app_token, API_URL=slack.api_url, LANG="en")
        yield made


def test_where_all_is_well_it_says_what_it_looked_at(clinic: Clinic) -> None:
    assert clinic.doctor() == []
    assert clinic.told[0].startswith("Slack: workspace Acme, Socket Mode, ")
    assert clinic.told[0].endswith(" 1 channels")


def test_where_all_is_well_by_http_too(clinic: Clinic) -> None:
    clinic.by_http()

    assert clinic.doctor() == []
    assert clinic.told[0].startswith("Slack: workspace Acme, HTTP, ")


Plant = Callable[[Clinic], None]


def a_token_nobody_has(clinic: Clinic) -> None:
    clinic.set(BOT_TOKEN="xoxb-1-nobody")


def a_revoked_token(clinic: Clinic) -> None:
    clinic.slack.revoke_tokens(clinic.team)


def an_uninstalled_app(clinic: Clinic) -> None:
    clinic.slack.uninstall(clinic.team)


def the_app_token_for_the_bots(clinic: Clinic) -> None:
    clinic.set(BOT_TOKEN=clinic.slack.app_token)


def a_persons_token(clinic: Clinic) -> None:
    clinic.set(BOT_TOKEN="xoxp-1-2-3")


def the_bots_token_for_the_app(clinic: Clinic) -> None:
    clinic.set(APP_TOKEN=clinic.team.token)


def no_way_in(clinic: Clinic) -> None:
    clinic.unset("APP_TOKEN")


def without(scope: str) -> Plant:
    def plant(clinic: Clinic) -> None:
        clinic.slack.settings.scopes -= {scope}

    return plant


def an_unknown_app_token(clinic: Clinic) -> None:
    clinic.set(APP_TOKEN="xapp-1-nobody")


def an_app_token_that_may_not_connect(clinic: Clinic) -> None:
    def ticket(asked: object) -> str:  # noqa: ARG001
        raise Refusal("missing_scope", "It needs connections:write.", needed="connections:write")

    clinic.setting.setattr(clinic.slack.connections, "ticket", ticket)


def a_secret_of_another_app(clinic: Clinic) -> None:
    clinic.by_http()
    clinic.set(SIGNING_SECRET=OTHER)


def a_secret_cut_short(clinic: Clinic) -> None:
    clinic.by_http()
    clinic.set(SIGNING_SECRET=clinic.slack.signing_secret[:20])


def nothing_at_the_path(clinic: Clinic) -> None:
    clinic.by_http(answering(lambda: PlainTextResponse("nothing here", 404)))


def a_page_to_sign_in(clinic: Clinic) -> None:
    clinic.by_http(answering(lambda: RedirectResponse("https://sso.acme.example/login", 302)))


def a_proxy_with_nobody_behind_it(clinic: Clinic) -> None:
    clinic.by_http(answering(lambda: PlainTextResponse("bad gateway", 502)))


def somebody_who_takes_anything(clinic: Clinic) -> None:
    clinic.by_http(answering(lambda: PlainTextResponse(CHALLENGE)))


def another_program(clinic: Clinic) -> None:
    clinic.by_http(answering(lambda: PlainTextResponse("welcome")))


def nobody_at_the_address(clinic: Clinic) -> None:
    clinic.by_http()
    clinic.set(DULY_URL=f"http://127.0.0.1:{silent_port()}")


def a_wrong_clock(clinic: Clinic) -> None:
    behind = datetime.now(UTC) - timedelta(minutes=10)
    start = time.monotonic()

    def now() -> datetime:
        return behind + timedelta(seconds=time.monotonic() - start)

    clinic.setting.setattr("bot.clock.Clock", lambda: Clock(lease=now))


def no_channel(clinic: Clinic) -> None:
    clinic.sales.remove_bot()


def not_where_the_policy_looks(clinic: Clinic) -> None:
    clinic.team.channel("announcements", clinic.ann)


def no_network(clinic: Clinic) -> None:
    clinic.set(API_URL=f"http://127.0.0.1:{silent_port()}/api/")


def requests_that_another_secret_signed(clinic: Clinic) -> None:
    clinic.by_http()
    clinic.cursors(mistaken=time.time() - 60)


def an_event_that_never_came(clinic: Clinic) -> None:
    now, joined = time.time(), f"joined/{clinic.sales.id}"
    clinic.ann.say(clinic.sales, "is anybody there?")
    clinic.setting.setattr("adapters.slack.hearing.LATE", timedelta(0))
    clinic.cursors(**{"alive": now, joined: now - 600})


PLANTED = [
    (a_token_nobody_has, "Slack does not know the token in SLACK_BOT_TOKEN. Copy it again from"),
    (a_revoked_token, "The token in SLACK_BOT_TOKEN was revoked. Install the app again"),
    (an_uninstalled_app, "The app was taken out of the workspace. Install it again"),
    (the_app_token_for_the_bots, "SLACK_BOT_TOKEN holds an app-level token where the bot's"),
    (a_persons_token, "SLACK_BOT_TOKEN holds a person's token where the bot's token belongs"),
    (the_bots_token_for_the_app, "SLACK_APP_TOKEN holds a bot's token where an app-level token"),
    (no_way_in, "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."),
    (without("chat:write"), "The permission chat:write is missing. Add it under OAuth"),
    (without("users:read.email"), "The permission users:read.email is missing. Add it under"),
    (an_unknown_app_token, "Slack does not know the token in SLACK_APP_TOKEN"),
    (an_app_token_that_may_not_connect, "SLACK_APP_TOKEN lacks the scope connections:write"),
    (a_secret_of_another_app, "was started with another SLACK_SIGNING_SECRET"),
    (a_secret_cut_short, "SLACK_SIGNING_SECRET cannot be a signing secret"),
    (nothing_at_the_path, "/slack/events (404). Does the proxy pass this path to Duly"),
    (a_page_to_sign_in, "/slack/events leads on to sso.acme.example, perhaps to sign in."),
    (a_proxy_with_nobody_behind_it, "/slack/events finds no Duly behind it (502). Start Duly"),
    (somebody_who_takes_anything, "takes requests that nobody signed"),
    (another_program, "/slack/events is not Duly (200)."),
    (nobody_at_the_address, "Is Duly running, and does the proxy in front of it lead there?"),
    (a_wrong_clock, "The clock of this machine and Slack's are 10 minutes apart."),
    (no_channel, "I am in no channel, so I see nothing of what is said."),
    (not_where_the_policy_looks, "#announcements, and I am not in it. Type there: /invite @Duly"),
    (no_network, "cannot be reached from this machine (ClientConnectorError)"),
    (requests_that_another_secret_signed, "signed with another secret than SLACK_SIGNING_SECRET"),
    (an_event_that_never_came, "never came. Look whether Socket Mode is on"),
]


@pytest.mark.parametrize(("plant", "said"), PLANTED, ids=[each[1][:40] for each in PLANTED])
def test_what_is_planted_is_named_and_nothing_else(clinic: Clinic, plant: Plant, said: str) -> None:
    plant(clinic)

    found = clinic.doctor()

    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize("scope", NAMES)
def test_each_permission_that_is_missing_is_named_alone(clinic: Clinic, scope: str) -> None:
    without(scope)(clinic)

    found = clinic.doctor()

    assert len(found) == 1, found
    assert f"The permission {scope} is missing." in found[0]


def test_several_things_are_named_together(clinic: Clinic) -> None:
    without("chat:write")(clinic)
    an_unknown_app_token(clinic)
    no_channel(clinic)

    assert len(clinic.doctor()) == 3


def test_a_slack_that_does_not_answer_does_not_hold_it_up(clinic: Clinic) -> None:
    clinic.setting.setattr("adapters.slack.doctor.PATIENCE", 0.2)
    clinic.slack.next("auth.test", Fault("slow", 3))
    start = time.monotonic()

    found = clinic.doctor()

    assert "cannot be reached from this machine (TimeoutError)" in found[0]
    assert time.monotonic() - start < 2.5


def test_a_certificate_that_nobody_vouches_for_is_named(clinic: Clinic, tmp_path: Path) -> None:
    clinic.by_http()
    file, private = self_signed(tmp_path)
    address = clinic.open.enter_context(
        served(door(clinic.slack.signing_secret), ssl_certfile=file, ssl_keyfile=private)
    )
    clinic.set(DULY_URL=address.replace("http:", "https:"))

    found = clinic.doctor()

    assert len(found) == 1, found
    assert "/slack/events is not accepted (ClientConnectorCertificateError)" in found[0]


def test_what_is_said_while_the_bot_rests_is_no_fault(clinic: Clinic) -> None:
    an_event_that_never_came(clinic)
    clinic.cursors(alive=time.time() - 3600)

    assert clinic.doctor() == []


def test_a_payload_that_could_not_be_read_is_named_by_its_kind(clinic: Clinic) -> None:
    payload = '{"type": "event_callback", "event": {"type": "message", "ts": 5}}'
    strange = Unread(key="slack/T1/unread/1", at=datetime.now(UTC), payload=payload)
    with clinic.store().transaction() as tx:
        tx.journal.admit([strange])
        tx.journal.park(tx.journal.waiting(1)[0].id, "ValueError", ())

    clinic.doctor()

    assert any("Slack sent something that I cannot read: message" in each for each in clinic.told)


def test_people_without_an_account_are_counted_once_others_have_one(clinic: Clinic) -> None:
    with clinic.store().transaction() as tx:
        tx.people.save([Employee(id=each, name=each.title()) for each in ("ann", "bob", "eve")])
    clinic.doctor()
    assert not any("no account on Slack" in each for each in clinic.told)

    with clinic.store().transaction() as tx:
        tx.people.link(Account(Platform("slack"), clinic.team.id, clinic.ann.id), "ann")
    clinic.doctor()

    told = [each for each in clinic.told if "no account on Slack" in each]
    assert told
    assert told[0].startswith("2 people of the directory have no account on Slack (Bob, Eve)")


def test_secrets_are_never_printed(clinic: Clinic) -> None:
    clinic.by_http()
    clinic.set(APP_TOKEN=clinic.team.token)
    clinic.slack.settings.scopes = frozenset()

    clinic.doctor()

    told = " ".join(clinic.told)
    assert clinic.team.token not in told
    assert clinic.slack.signing_secret not in told


def self_signed(folder: Path) -> tuple[str, str]:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(private.private_bytes(serialization.Encoding.PEM, *plain))
    return str(folder / "cert.pem"), str(folder / "key.pem")
