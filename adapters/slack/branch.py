"""One app of Slack's, and the workspaces it is installed in: Bolt reads, we keep, Bolt answers.

Bolt acknowledges after our middleware has kept what happened (`process_before_response`), shows us
what our own bot does (`ignoring_self_events_enabled` off), and asks us whose token is meant.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from adapters.slack.slip import Slip
from adapters.slack.workspace import Answer, NotListening, Workspace

OK, BROKEN = 200, 500
PAYLOAD, HOME, ANSWER = "duly_payload", "duly_workspace", "duly_answer"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """What came: read, as bytes, and with the headers it came under (names in lower case)."""

    payload: Mapping[str, Any]
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    socket: bool = False


class Branch:
    def __init__(self, secret: str, workspaces: Sequence[Workspace]) -> None:
        self.secret = secret
        self.workspaces = workspaces
        self.foreign = 0
        quiet = logging.getLogger("duly.slack.bolt")
        quiet.setLevel(logging.CRITICAL)  # it would log what people say; we log what went wrong
        self.bolt = AsyncApp(
            name="duly",  # else it reads the whole stack's sources to find a name
            logger=quiet,
            process_before_response=True,
            ignoring_self_events_enabled=False,
            request_verification_enabled=False,  # the guard has checked the bytes as they came
            signing_secret=secret or "socket",
            authorize=self._authorize,  # type: ignore[arg-type]
        )
        self.bolt.middleware(self._take)

    async def take(self, given: Given) -> tuple[int, Answer]:
        """Status and answer for Slack, once it is kept. Raises where it could not be."""
        workspace = self.meant(given.payload)
        if workspace is None:
            self.foreign += 1  # of a workspace that is not ours: nothing for us to keep
            return OK, None
        if given.payload.get("type") == "app_rate_limited":
            minute = Slip(given.payload).number("minute_rate_limited")
            await workspace.limited(minute)
            return OK, None
        routed = await self._by_bolt(given, workspace)
        if routed is not None:
            return OK, routed[0]
        return OK, await workspace.take(given.payload)

    def meant(self, payload: Mapping[str, Any]) -> Workspace | None:
        """Whose it is. What names no workspace is of the only one there is."""
        waiting = [each for each in self.workspaces if not each.known.team]
        named = teams(payload)
        for team in named:
            for each in self.workspaces:
                if each.known.team == team:
                    return each
        if waiting:
            raise NotListening  # it may be theirs, once we know who they are
        return self.workspaces[0] if len(self.workspaces) == 1 and not named else None

    async def _by_bolt(self, given: Given, workspace: Workspace) -> tuple[Answer] | None:
        """None: Bolt found no way for it, or did not get as far as our middleware."""
        try:
            request = AsyncBoltRequest(
                body=dict(given.payload) if given.socket else given.body.decode("utf-8", "replace"),
                headers={name: [value] for name, value in given.headers.items()},
                mode="socket_mode" if given.socket else "http",
            )
        except Exception as error:
            log.info("bolt could not read a payload: %s", type(error).__name__)
            return None
        request.context[PAYLOAD], request.context[HOME] = given.payload, workspace
        answer = await self.bolt.async_dispatch(request)
        if isinstance(failed := request.context.get(ANSWER), Exception):
            raise failed
        if answer.status == OK and failed is not None:
            return (failed[0],)
        return None

    async def _take(self, req: AsyncBoltRequest) -> BoltResponse:
        """Our only listener, for everything: it answers, and Bolt looks for no other."""
        workspace: Workspace = req.context[HOME]
        try:
            answer = await workspace.take(req.context[PAYLOAD])
        except Exception as error:
            req.context[ANSWER] = error
            return BoltResponse(status=BROKEN, body="")
        req.context[ANSWER] = (answer,)
        body = json.dumps(answer) if answer else ""
        return BoltResponse(status=OK, body=body)

    async def _authorize(self, context: Any) -> AuthorizeResult | None:
        """Known from the beginning, so that no event waits for a call to Slack."""
        workspace: Workspace = context[HOME]
        known = workspace.known
        return AuthorizeResult(
            enterprise_id=context.get("enterprise_id"),
            team_id=known.team,
            bot_user_id=known.bot_user,
            bot_id=known.bot_id,
            bot_token=workspace.install.bot_token,
        )


def teams(payload: Mapping[str, Any]) -> list[str]:
    """The workspaces it names, that in which the app is installed first."""
    slip = Slip(payload)
    found = [each.text("team_id") for each in slip.all("authorizations")]
    found += [slip.text("team_id"), slip.at("team").text("id"), slip.at("event").text("team_id")]
    found += [slip.at("user").text("team_id"), slip.at("view").text("team_id")]
    return [each for each in dict.fromkeys(found) if each]
