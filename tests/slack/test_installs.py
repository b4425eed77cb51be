"""How Slack is set up: by variables, files or sections; and what is wrong says what to do."""

import os
from pathlib import Path

import pytest

from adapters.slack.install import API, VARIABLES, Install, configured, installs
from bot import settings
from bot.policy.people import Person as Employee
from bot.settings import Unusable
from bot.store.schema import outbox
from tests.slack.fake import Company, FakeSlack, HandClock, Person, Route
from tests.slack.house import House, Transport, build
from tests.slack.scenes import NUDGED, asked, owes

BOT, APP, SECRET = "xoxb-1-canary", "xapp-1-canary", "0123456789abcdef0123456789abcdef"
SOCKET = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
HTTP = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET}


# --- what is right -------------------------------------------------------------------------------


def test_nothing_set_is_no_slack() -> None:
    assert not configured((), {})
    assert not configured((), {"SLACK_BOT_TOKEN": ""})
    assert installs((), {}) == []


@pytest.mark.parametrize(
    "environment", [SOCKET, HTTP, SOCKET | HTTP], ids=["socket", "http", "both"]
)
def test_variables_alone_are_enough(environment: dict[str, str]) -> None:
    assert configured((), environment)
    (made,) = installs((), environment)
    assert made.bot_token == BOT
    assert (made.app_token, made.signing_secret) == (
        environment.get("SLACK_APP_TOKEN", ""),
        environment.get("SLACK_SIGNING_SECRET", ""),
    )
    assert made.api_url == API


def test_files_hold_what_variables_would_and_variables_come_first(tmp_path: Path) -> None:
    environment = {}
    for name, value in (SOCKET | HTTP).items():
        file = tmp_path / name
        file.write_text(f"  {value}\n\n", encoding="utf-8")
        environment[f"{name}_FILE"] = str(file)
    (made,) = installs((), environment)
    assert (made.bot_token, made.app_token, made.signing_secret) == (BOT, APP, SECRET)
    assert made.token_today() == BOT

    (made,) = installs((), {**environment, "SLACK_BOT_TOKEN": "xoxb-2"})
    assert made.bot_token == "xoxb-2"
    assert made.token_today() == "", "the file is not what is used"


def test_the_address_of_slack_may_be_another() -> None:
    for given in ("http://127.0.0.1:1/api", "http://127.0.0.1:1/api/", "http://127.0.0.1:1/api//"):
        (made,) = installs((), {**SOCKET, "SLACK_API_URL": given})
        assert made.api_url == "http://127.0.0.1:1/api/"


def test_sections_name_their_variables_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-file", encoding="utf-8")
    config = tmp_path / "duly.toml"
    config.write_text(
        "[[slack]]\nbot_token_env = 'ACME_TOKEN'\nsigning_secret_env = 'ONE_SECRET'\nrate = 100\n"
        f"[[slack]]\nbot_token_file = '{file}'\nsigning_secret_env = 'ONE_SECRET'\n",
        encoding="utf-8",
    )
    environment = {"ACME_TOKEN": BOT, "ONE_SECRET": SECRET, "DULY_CONFIG": str(config)}
    for name in [each for each in os.environ if each.startswith(("SLACK_", "DULY_"))]:
        monkeypatch.delenv(name)
    sections = settings.load(environment).slack

    one, two = installs(sections, environment)
    assert (one.bot_token, one.rate, two.bot_token) == (BOT, 100, "xoxb-file")
    assert one.signing_secret == two.signing_secret == SECRET
    assert two.token_today() == "xoxb-file"
    assert [each.bot_token for each in installs(sections, {**environment, **SOCKET_2})] == [
        *("xoxb-2", BOT, "xoxb-file")
    ], "the variables are one more workspace"


SOCKET_2 = {"SLACK_BOT_TOKEN": "xoxb-2", "SLACK_APP_TOKEN": APP}


# --- what is wrong -------------------------------------------------------------------------------

WRONG = [
    ({"SLACK_APP_TOKEN": APP}, (), "SLACK_BOT_TOKEN is missing"),
    ({"SLACK_SIGNING_SECRET": SECRET}, (), "OAuth & Permissions"),
    ({"SLACK_BOT_TOKEN": BOT}, (), "Set SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET"),
    (
        {**SOCKET, "SLACK_BOT_TOKEN": "xoxp-canary"},
        (),
        "SLACK_BOT_TOKEN .* does not begin with xoxb-",
    ),
    (
        {**SOCKET, "SLACK_APP_TOKEN": "xoxb-canary"},
        (),
        "SLACK_APP_TOKEN .* does not begin with xapp-",
    ),
    ({**SOCKET, "SLACK_API_URL": "slack.com/api"}, (), "SLACK_API_URL .* begins with https://"),
    ({"SLACK_BOT_TOKEN_FILE": "nowhere/token"}, (), "nowhere/token .* cannot be read"),
    ({}, [{}], "SLACK_BOT_TOKEN is missing .section 1"),
    ({}, [{"bot_token_env": "NONE"}], "section 1 .* variable NONE is named, which is not set"),
    ({}, [{"bot_token_file": "nowhere"}], "The file nowhere .section 1 .* cannot be read"),
    ({}, [{"bot_token": BOT}], "bot_token stands in the open.*bot_token_env.*bot_token_file"),
    ({}, [{"bot_tokn_env": "canary"}], "bot_tokn_env is nothing I know. Known: bot_token_env"),
    ({}, [{"signing_secret ": "canary"}], "is nothing I know"),
    ({}, [{"rate": 0}], "rate cannot be 0"),
    ({}, [{"rate": "canary"}], "rate cannot be"),
    (
        {"A": BOT, "B": APP},
        [{"bot_token_env": "A", "app_token_env": "B"}] * 2,
        "the same in section 1",
    ),
    (
        SOCKET,
        [{"bot_token_env": "SLACK_BOT_TOKEN", "app_token_env": "SLACK_APP_TOKEN"}],
        "the same",
    ),
]


@pytest.mark.parametrize(("environment", "sections", "said"), WRONG, ids=[x[2] for x in WRONG])
def test_what_is_wrong_is_said_with_what_to_do_and_without_the_secret(
    environment: dict[str, str], sections: list[dict[str, object]], said: str
) -> None:
    with pytest.raises(Unusable, match=said) as told:
        installs(sections, environment)
    secrets = [BOT, APP, SECRET, "xoxp-canary", "xoxb-canary"]
    assert not any(each in str(told.value) for each in secrets)


def test_one_bracket_instead_of_two_is_told(tmp_path: Path) -> None:
    config = tmp_path / "duly.toml"
    config.write_text("[slack]\nbot_token_env = 'A'\n", encoding="utf-8")
    with pytest.raises(Unusable, match="two brackets"):
        settings.load({"DULY_CONFIG": str(config)})


def test_secrets_are_not_shown_where_an_install_is_printed() -> None:
    (made,) = installs((), SOCKET | HTTP)
    assert not any(each in repr(made) for each in (BOT, APP, SECRET))
    assert all(name.startswith("SLACK_") for name in VARIABLES.values())


# --- two workspaces ------------------------------------------------------------------------------


def subsidiary(home: House, transport: Transport) -> tuple[Company, Person, Person]:
    """Globex, which has the same app: zoe and yan work there."""
    globex = home.slack.workspace("Globex")
    zoe = globex.person("Zoe", email="zoe@globex.example", tz="Asia/Shanghai")
    yan = globex.person("Yan", email="yan@globex.example", tz="Asia/Shanghai")
    globex.channel("lobby", zoe, yan).invite_bot()
    http = transport == "http"
    secret, token = home.slack.signing_secret, home.slack.app_token
    install = Install(
        bot_token=globex.token,
        signing_secret=secret if http else "",
        app_token="" if http else token,
        api_url=home.slack.api_url,
        rate=60_000.0,
    )
    home.also = (install,)
    with home.store.transaction() as tx:
        tx.people.save(
            Employee(id=name, name=name.title(), email=f"{name}@globex.example")
            for name in ("zoe", "yan")
        )
    return globex, zoe, yan


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_two_workspaces_of_one_app_are_told_apart(transport: Transport) -> None:
    clock = HandClock()
    with FakeSlack(seed=1, clock=clock, route=Route(wall=clock.now)) as slack:
        home = build(slack, clock, transport, None)
        globex, zoe, yan = subsidiary(home, transport)
        home.open()
        slack.until(lambda: all(each.roster.loaded for each in home.adapter.workspaces), 20)
        home.settle()

        lobby = next(each for each in slack.world.rooms.values() if each.name == "lobby")
        asked(home)
        zoe.say(lobby, "@yan can you send me the contract?")
        home.settle()
        assert (len(owes(home, "bob")), len(owes(home, "yan"))) == (1, 1)

        home.wait(NUDGED)
        there = [x.plain for x in yan.sees if x.where.startswith("@")]
        assert any("contract" in each for each in there)
        assert not any("contract" in each for each in home.chat(home.bob))
        assert any("test report" in each for each in home.chat(home.bob))

        yan.command(lobby, "/duly mine")
        home.settle()
        assert any(x.kind == "ephemeral" and "contract" in x.plain for x in yan.sees)
        with home.store.reading() as tx:
            waiting = tx.outbox.rows.all(outbox, outbox.c.state == "undeliverable")
        assert waiting == []
        assert {each.known.team for each in home.adapter.workspaces} == {
            home.company.id,
            globex.id,
        }
        home.close()
        home.store.db.dispose()


def test_one_workspace_that_is_shut_out_does_not_stop_the_other() -> None:
    clock = HandClock()
    with FakeSlack(seed=1, clock=clock, route=Route(wall=clock.now)) as slack:
        home = build(slack, clock, "http", None)
        globex, _, _ = subsidiary(home, "http")
        globex.revoked = True
        home.open()
        home.settle()
        asked(home)
        assert len(owes(home, "bob")) == 1
        home.wait(NUDGED)
        assert any("test report" in each for each in home.chat(home.bob))
        home.close()
        home.store.db.dispose()
