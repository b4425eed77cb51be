"""How one workspace is reached: its tokens and secret, by variables or a section each."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.secrets import file as read_file
from adapters.secrets import secret, variable
from adapters.slack.pace import WORKSPACE
from bot.settings import Unusable

API = "https://slack.com/api/"
VARIABLES = {
    "bot_token": "SLACK_BOT_TOKEN",
    "app_token": "SLACK_APP_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
}
BEGINNINGS = {"bot_token": "xoxb-", "app_token": "xapp-"}
PLAIN = ("api_url", "rate")  # what may stand in a section as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """An app token means Socket Mode, a signing secret HTTP; both may be there."""

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = API
    rate: float = WORKSPACE  # messages a minute into the workspace that are never exceeded
    where: str = "the variables SLACK_…"  # it was set, for messages
    token_file: Path | None = None  # of the bot's token, which may change while we run

    def token_today(self) -> str:
        """What the file of the bot's token holds now; empty where there is none to be read."""
        try:
            found = self.token_file.read_text(encoding="utf-8").strip() if self.token_file else ""
        except (OSError, ValueError):
            return ""
        return found if found.startswith(BEGINNINGS["bot_token"]) else ""


Sections = Sequence[Mapping[str, object]]


def configured(sections: Sections, environment: Mapping[str, str]) -> bool:
    return bool(sections) or any(_given(environment, name) for name in VARIABLES.values())


def installs(sections: Sections, environment: Mapping[str, str] = os.environ) -> list[Install]:
    """Every workspace there is. Raises Unusable, saying what is missing and where to find it."""
    found = as_set(sections, environment)
    by_token: dict[str, Install] = {}
    for each in found:
        _check(each)
        same = by_token.setdefault(each.bot_token, each)
        if same is not each:
            raise Unusable(
                f"Slack: SLACK_BOT_TOKEN is the same in {same.where} and in {each.where}. One "
                "workspace is set once: take one of them out."
            )
    return found


def as_set(sections: Sections, environment: Mapping[str, str] = os.environ) -> list[Install]:
    """Every workspace, whether it can work or not. Raises Unusable for what cannot be read."""
    found = list(_sections(sections, environment))
    if any(_given(environment, name) for name in VARIABLES.values()):
        secrets = {each: secret(environment, name) for each, name in VARIABLES.items()}
        api = address(environment.get("SLACK_API_URL", ""))
        made = Install(api_url=api)
        for name, value in secrets.items():
            made = _with(made, name, value)
        file = environment.get(f"{VARIABLES['bot_token']}_FILE")
        if file and not environment.get(VARIABLES["bot_token"]):
            made = replace(made, token_file=Path(file))
        found.insert(0, made)
    return found


def address(text: str) -> str:
    """Of the Web API, as methods are put behind it."""
    if not text:
        return API
    if not text.startswith(("https://", "http://")):
        raise Unusable(f"SLACK_API_URL cannot be {text!r}: it begins with https:// or http://.")
    return text.rstrip("/") + "/"


def _sections(sections: Sections, environment: Mapping[str, str]) -> Iterator[Install]:
    for number, section in enumerate(sections, 1):
        where = f"section {number} of [[slack]]"
        yield _section(section, environment, where)


def _section(section: Mapping[str, object], environment: Mapping[str, str], where: str) -> Install:
    """Secrets are named by their variable or file, and never stand in the section itself."""
    made = Install(where=where)
    for key, value in section.items():
        name, _, how = key.rpartition("_")
        if name in VARIABLES and how == "env":
            made = _with(made, name, variable(environment, str(value), where))
        elif name in VARIABLES and how == "file":
            file = Path(str(value))
            made = _with(made, name, read_file(file, where))
            made = replace(made, token_file=file) if name == "bot_token" else made
        elif key == "api_url":
            made = replace(made, api_url=address(str(value)))
        elif key == "rate" and isinstance(value, int | float) and value > 0:
            made = replace(made, rate=float(value))
        elif key in VARIABLES:
            raise Unusable(
                f"In {where} {key} stands in the open. Name its variable with {key}_env, "
                f"or its file with {key}_file."
            )
        else:
            known = [f"{each}_{way}" for each in VARIABLES for way in ("env", "file")]
            what = f"cannot be {value!r}" if key in PLAIN else "is nothing I know"  # a secret?
            raise Unusable(f"In {where} {key} {what}. Known: {', '.join([*known, *PLAIN])}.")
    return made


def _with(made: Install, name: str, secret: str) -> Install:
    return replace(made, **{name: secret})  # type: ignore[arg-type]


def _check(made: Install) -> None:
    if not made.bot_token:
        raise Unusable(
            f"Slack: SLACK_BOT_TOKEN is missing ({made.where}). It is under OAuth & Permissions "
            "of the app and begins with xoxb-."
        )
    if not made.signing_secret and not made.app_token:
        raise Unusable(
            f"Slack: how its messages reach us is missing ({made.where}). Set SLACK_APP_TOKEN "
            "(Socket Mode: no open port; begins with xapp-) or SLACK_SIGNING_SECRET (HTTP; under "
            "Basic Information)."
        )
    for name, beginning in BEGINNINGS.items():
        value = getattr(made, name)
        if value and not value.startswith(beginning):
            raise Unusable(
                f"Slack: {VARIABLES[name]} ({made.where}) does not begin with {beginning}: it is "
                "another token."
            )


def _given(environment: Mapping[str, str], name: str) -> bool:
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))
