"""How an account is set: by variables, by files, in sections; and each mistake with what to do."""

from pathlib import Path

import pytest

from adapters.matrix.install import RATE, SECRETS, Install, as_set, configured, installs
from bot.settings import Unusable, load

KEY = "ab" * 32
DATA = Path("/data")
WELL = {
    "MATRIX_HOMESERVER": "https://matrix.corp.example/",
    "MATRIX_USER_ID": "@duly:corp.example",
    "MATRIX_PASSWORD": "hunter2",
    "MATRIX_STORE_KEY": KEY,
}


def one(environment: dict[str, str]) -> Install:
    [made] = installs((), DATA, environment)
    return made


def test_variables_are_enough() -> None:
    made = one(WELL)

    assert made.homeserver == "https://matrix.corp.example"
    assert (made.user_id, made.realm) == ("@duly:corp.example", "corp.example")
    assert (made.encryption, made.trust, made.rate) == (True, "signed", RATE)
    assert made.store == DATA / "matrix" / "duly_corp.example"
    assert configured((), WELL)
    assert not configured((), {"PATH": "/bin"})
    assert installs((), DATA, {}) == []


def test_a_port_belongs_to_the_realm_and_an_odd_name_has_a_folder_of_its_own() -> None:
    made = one({**WELL, "MATRIX_USER_ID": "@duly/../x:corp.example:8448"})

    assert made.realm == "corp.example:8448"
    assert made.store.parent == DATA / "matrix"
    assert made.store != one({**WELL, "MATRIX_USER_ID": "@duly-..-x:corp.example:8448"}).store


def test_the_rest_can_be_set_too(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{KEY}\n")
    rest = {
        "MATRIX_STORE_KEY": "",
        "MATRIX_STORE_KEY_FILE": str(secret),
        "MATRIX_ACCESS_TOKEN": "syt_token ",
        "MATRIX_ADMIN_TOKEN": "syt_admin",
        "MATRIX_STORE": "/var/lib/duly",
        "MATRIX_TRUST": "all",
        "MATRIX_ENCRYPTION": "0",
        "MATRIX_RATE": "60",
        "MATRIX_HOMESERVER": "http://localhost:8008",
    }

    made = one({**WELL, **rest})

    assert (made.access_token, made.store_key, made.admin_token) == ("syt_token", KEY, "syt_admin")
    assert (made.store, made.trust, made.rate) == (Path("/var/lib/duly"), "all", 60.0)
    assert not made.encryption


def test_sections_stand_beside_the_variables(tmp_path: Path) -> None:
    config = tmp_path / "duly.toml"
    config.write_text(
        '[[matrix]]\nhomeserver = "globex.example"\nuser_id = "@duly:globex.example"\n'
        'password_env = "GLOBEX"\nstore_key_env = "GLOBEX_KEY"\ntrust = "all"\nrate = 12\n'
        'encryption = true\n[[slack]]\nbot_token_env = "S"\n'
    )
    settings = load({"DULY_CONFIG": str(config)})

    found = installs(settings.matrix, DATA, {**WELL, "GLOBEX": "x", "GLOBEX_KEY": KEY})

    assert [each.realm for each in found] == ["corp.example", "globex.example"]
    assert [each.trust for each in found] == ["signed", "all"]
    assert found[1].rate == 12.0
    assert len(settings.slack) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"MATRIX_USER_ID": ""}, "MATRIX_USER_ID is missing"),
        ({"MATRIX_USER_ID": "duly"}, "such as @duly:corp.example"),
        ({"MATRIX_USER_ID": "@" + "x" * 255 + ":corp.example"}, "write the whole id"),
        ({"MATRIX_PASSWORD": ""}, "neither MATRIX_PASSWORD nor MATRIX_ACCESS_TOKEN"),
        ({"MATRIX_STORE_KEY": ""}, "openssl rand -hex 32"),
        ({"MATRIX_STORE_KEY": "abc"}, "no key of 64 hex digits"),
        ({"MATRIX_HOMESERVER": "ftp://x"}, "an address such as"),
        ({"MATRIX_HOMESERVER": "https://"}, "the server's name alone"),
        ({"MATRIX_HOMESERVER": "https://?x"}, "an address such as"),
        ({"MATRIX_HOMESERVER": "https://me:pw@x"}, "an address such as"),
        ({"MATRIX_HOMESERVER": "corp.example/path"}, "the server's name alone"),
        ({"MATRIX_HOMESERVER": "http://matrix.corp.example"}, "MATRIX_ALLOW_HTTP=1"),
        ({"MATRIX_TRUST": "some"}, "all (every device counts) or signed"),
        ({"MATRIX_ENCRYPTION": "maybe"}, "write 1 or 0"),
        ({"MATRIX_RATE": "fast"}, "such as 60"),
        ({"MATRIX_RATE": "nan"}, "such as 60"),
        ({"MATRIX_RATE": "-1"}, "such as 60"),
        ({"MATRIX_STORE_KEY": "", "MATRIX_STORE_KEY_FILE": "/none"}, "cannot be read"),
    ],
)
def test_every_mistake_is_said_with_what_to_do(change: dict[str, str], says: str) -> None:
    with pytest.raises(Unusable) as told:
        one({**WELL, **change})

    assert says in str(told.value)
    assert "hunter2" not in str(told.value)


def test_http_is_for_this_machine_or_for_who_allows_it() -> None:
    away = {**WELL, "MATRIX_HOMESERVER": "http://matrix.corp.example", "MATRIX_ALLOW_HTTP": "1"}

    assert one(away).homeserver == "http://matrix.corp.example"
    for near in ("http://localhost:8008", "http://127.0.0.1", "http://[::1]:8008"):
        assert one({**WELL, "MATRIX_HOMESERVER": near}).homeserver == near


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"password": "hunter2"}, "password stands in the open"),
        ({"password_env": "NONE"}, "NONE is named, which is not set"),
        ({"password_file": "/none"}, "cannot be read"),
        ({"homserver": "x"}, "homserver is nothing I know"),
        ({"rate": 0}, "rate in section 1 of [[matrix]] cannot be '0'"),
        ({"trust": True}, "trust in section 1 of [[matrix]]"),
    ],
)
def test_every_mistake_of_a_section_is_said(section: dict[str, object], says: str) -> None:
    with pytest.raises(Unusable) as told:
        as_set([section], DATA, {})

    assert says in str(told.value)
    assert "hunter2" not in str(told.value)


def test_one_account_one_homeserver_and_one_folder_are_set_once() -> None:
    section = {
        "user_id": "@duly:corp.example",
        "password_env": "MATRIX_PASSWORD",
        "store_key_env": "MATRIX_STORE_KEY",
    }
    with pytest.raises(Unusable, match="is set in the variables MATRIX_… and in section 1"):
        installs([section], DATA, WELL)

    second = {**section, "user_id": "@other:corp.example"}
    with pytest.raises(Unusable, match="are accounts of one homeserver"):
        installs([second], DATA, WELL)

    other = {**section, "user_id": "@duly:globex.example", "store": "/s"}
    with pytest.raises(Unusable, match="share the store"):
        installs([other], DATA, {**WELL, "MATRIX_STORE": "/s"})


def test_no_secret_is_in_what_is_printed_of_an_account() -> None:
    secrets = {name: f"secret-{name}" for name in SECRETS}

    assert "secret" not in repr(Install(user_id="@duly:corp.example", **secrets))  # type: ignore[arg-type]


def test_sections_have_two_brackets(tmp_path: Path) -> None:
    config = tmp_path / "duly.toml"
    config.write_text('[matrix]\nuser_id = "@duly:corp.example"\n')

    with pytest.raises(Unusable, match=r"\[\[matrix\]\] for each account"):
        load({"DULY_CONFIG": str(config)})
