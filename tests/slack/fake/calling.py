"""Carrying out one call: who is it, may they, what do they ask, what comes back."""

from dataclasses import dataclass, field

from tests.slack.fake.call import Call
from tests.slack.fake.limiter import Limiter
from tests.slack.fake.methods import METHODS, Method
from tests.slack.fake.rules import Refusal, Refused
from tests.slack.fake.things import Workspace
from tests.slack.fake.wire import Json
from tests.slack.fake.world import World

HTTP_OK, HTTP_LIMITED = 200, 429
UNFIT = "This method takes no JSON; its arguments come as a form."


@dataclass(slots=True)
class Asked:
    """A request as it was read from the wire."""

    method: str
    token: str
    args: Json
    json: bool = False
    charset: bool = True
    post: bool = True


@dataclass(slots=True)
class Answer:
    body: Json
    status: int = HTTP_OK
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def error(self) -> str:
        return str(self.body.get("error", ""))


def carry_out(world: World, limiter: Limiter, asked: Asked) -> Answer:
    """Refusals are written down with their rules, here and in the answer."""
    try:
        return _carried_out(world, limiter, asked)
    except Refusal as no:
        world.refusals.append(Refused(asked.method, no.error, tuple(no.rules), dict(asked.args)))
        return Answer(no.answer(), headers=_scopes(world, asked))


def _carried_out(world: World, limiter: Limiter, asked: Asked) -> Answer:
    method = METHODS.get(asked.method)
    if method is None:
        raise Refusal("unknown_method", f"This fake knows no method {asked.method!r}.")
    team = authenticated(world, asked.token)
    wait = _limited(world, limiter, team, asked)
    if wait:
        return Answer(
            {"ok": False, "error": "ratelimited"}, HTTP_LIMITED, {"Retry-After": f"{wait}"}
        )
    _may(world, method)
    if asked.json and not method.json:
        raise Refusal("invalid_arguments", UNFIT)
    call = Call(world, team, world.bot(team), asked.method, dict(asked.args))
    if asked.json and not asked.charset:
        call.warn("missing_charset", "A JSON body names its charset: utf-8.")
    answer = {"ok": True, **method.run(call)}
    world.warnings += [f"{asked.method}: {each}" for each in call.aside]
    return Answer(_warned(answer, call.warnings), headers=_scopes(world, asked))


def authenticated(world: World, token: str) -> Workspace:
    if not token:
        raise Refusal("not_authed", "The token stands in the Authorization header, or the form.")
    if token.startswith("xapp-"):
        raise Refusal("not_allowed_token_type", "An app-level token only opens connections.")
    for team in world.teams.values():
        if team.token == token:
            if team.revoked:
                raise Refusal("token_revoked", "The token was revoked.")
            if not team.installed:
                raise Refusal("account_inactive", "The app was uninstalled from this workspace.")
            return team
    raise Refusal("invalid_auth", "Nobody was given this token.")


def _limited(world: World, limiter: Limiter, team: Workspace, asked: Asked) -> int:
    tier = METHODS[asked.method].tier
    channel = str(asked.args.get("channel", ""))
    if channel in world.users and channel != team.bot_user:
        channel = world.direct(team, channel).id
    wait = limiter.retry_after(team.id, asked.method, tier, channel, world.now())
    if wait:
        world.limited[asked.method] += 1
    return wait


def _may(world: World, method: Method) -> None:
    granted = world.settings.scopes
    missing = [scope for scope in method.scopes if scope not in granted]
    if missing:
        raise Refusal(
            "missing_scope",
            f"This needs the scope {missing[0]}.",
            needed=missing[0],
            provided=",".join(sorted(granted)),
        )


def _scopes(world: World, asked: Asked) -> dict[str, str]:
    method = METHODS.get(asked.method)
    return {
        "x-oauth-scopes": ",".join(sorted(world.settings.scopes)),
        "x-accepted-oauth-scopes": ",".join(method.scopes if method else ()),
    }


def _warned(answer: Json, warnings: list[str]) -> Json:
    if not warnings:
        return answer
    about = dict(answer.get("response_metadata", {})) | {"warnings": warnings}
    return answer | {"warning": ",".join(warnings), "response_metadata": about}
