"""A homeserver and our device looked over from outside, while Duly runs or not."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from adapters.matrix import crosssigning, disk, keycheck, roomcheck
from adapters.matrix.entering import CLIENT
from adapters.matrix.finding import find
from adapters.matrix.install import Install, wrong
from adapters.matrix.slip import Slip
from adapters.matrix.vault import Secrets, Vault
from adapters.matrix.wire import Answer, NoAnswer, Wire
from bot.port import Examined
from bot.settings import Unusable
from bot.words import Code, Quoted, Say, say

PATIENCE = 20.0  # seconds for one call
SKEW = timedelta(seconds=60)  # that clocks may differ without a word
SILENCE = timedelta(minutes=5)  # without a sync, after which something is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What our own settings and store say, to compare the homeserver with."""

    now: Callable[[], datetime]
    cursors: Mapping[str, str] = field(default_factory=dict)  # those that begin with matrix/
    linked: Callable[[str, str], bool] = lambda realm, id: True  # whether a person is known


async def examine(installs: Sequence[Install], background: Background) -> list[Examined]:
    """Each account; no call takes longer than PATIENCE."""
    return [await Look(each, background).all() for each in installs]


@dataclass(slots=True)
class Look:
    install: Install
    background: Background
    wrong: list[Say | Quoted] = field(default_factory=list)
    told: list[Say] = field(default_factory=list)

    async def all(self) -> Examined:
        found = list(wrong(self.install))
        self.wrong += [Quoted(f"{each}.") for each in found]
        if not found:
            folder = self.install.store
            self.wrong += disk.trouble(folder) if folder.exists() else ()  # else not registered
            try:
                await self._there()
            except Unusable as why:
                self.wrong.append(Quoted(str(why)))
            except NoAnswer as error:
                self.wrong.append(
                    say(
                        "The homeserver cannot be reached from this machine ({reason}). Look at "
                        "{variable}, the network, the proxy and the certificate.",
                        reason=Quoted(str(error)),
                        variable=Code("MATRIX_HOMESERVER"),
                    )
                )
        name = Quoted(self.install.user_id or self.install.where)
        return Examined(
            self.told,
            [say("Matrix, {account}: {what}", account=name, what=what) for what in self.wrong],
        )

    async def _there(self) -> None:
        """Raises NoAnswer, Unusable."""
        async with _line(await find(self.install)) as wire:
            versions = await wire.ask("GET", "/_matrix/client/versions", patience=PATIENCE)
            if not versions.slip.texts("versions"):
                self.wrong.append(
                    say(
                        "At {address} there is no Matrix homeserver ({answer}). Set {variable} to "
                        "its address.",
                        address=Code(wire.url),
                        answer=Quoted(versions.refused or "no versions"),
                        variable=Code("MATRIX_HOMESERVER"),
                    )
                )
                return
            self._clock(versions)
            secrets = Vault(self.install.store, self.install.store_key, self.install.user_id).load()
            if secrets is None or not secrets.device_id:
                self.wrong.append(
                    say(
                        "This account has no device yet: {command}",
                        command=Code("./duly matrix register"),
                    )
                )
                return
            wire.token = secrets.access_token
            if await self._token(wire, secrets):
                if self.install.encryption:
                    shown = await crosssigning.query(wire, [secrets.user_id])
                    self.wrong += keycheck.published(self.install, secrets, shown)
                    self.wrong += keycheck.changed(self.install)
                await self._rooms(wire)
            await self._limit(wire)
            self._alive()

    def _clock(self, answer: Answer) -> None:
        apart = abs(self.background.now() - answer.at) if answer.at else timedelta()
        if apart > SKEW:
            self.wrong.append(
                say(
                    "The clock of this machine and the homeserver's are {minutes} minutes apart. "
                    "Let both be set from the network (NTP).",
                    minutes=Code(f"{apart.total_seconds() / 60:.0f}"),
                )
            )

    async def _token(self, wire: Wire, secrets: Secrets) -> bool:
        """Whether our token is good."""
        answer = await wire.ask("GET", f"{CLIENT}/account/whoami", patience=PATIENCE)
        told = answer.slip
        if not answer.ok:
            self.wrong.append(
                say(
                    "The homeserver does not take our token ({code}): was the device {device} "
                    "logged out? With {variable} set: {command}",
                    code=Quoted(answer.refused),
                    device=Code(secrets.device_id),
                    variable=Code("MATRIX_PASSWORD"),
                    command=Code("./duly matrix register"),
                )
            )
            return False
        if (told.text("user_id"), told.text("device_id")) != (
            self.install.user_id,
            secrets.device_id,
        ):
            self.wrong.append(
                say(
                    "Our token is that of {user}, device {device}, and not ours. Set the token of "
                    "the device that was registered, or none.",
                    user=Code(told.text("user_id")),
                    device=Code(told.text("device_id")),
                )
            )
            return False
        self.told.append(
            say(
                "Matrix: {account} at {address}, device {device}",
                account=Code(self.install.user_id),
                address=Code(wire.url),
                device=Code(secrets.device_id),
            )
        )
        return True

    async def _rooms(self, wire: Wire) -> None:
        """What one look at everything shows; it takes nothing from who syncs."""
        path = f"{CLIENT}/sync?filter={roomcheck.everything()}"
        answer = await wire.ask("GET", path, patience=PATIENCE)
        if not answer.ok:
            self.wrong.append(
                say("The homeserver does not let us sync: {code}", code=Quoted(answer.refused))
            )
            return
        told = Slip(answer.told)
        if self.install.encryption:
            self.wrong += keycheck.stocked(told)
        found, invited = roomcheck.joined(told), len(told.at("rooms", "invite").data)
        self.told.append(roomcheck.summary(found))
        self.wrong += roomcheck.trouble(self.install, found, invited)
        self.told += roomcheck.strangers(self.install, found, self.background.linked)

    async def _limit(self, wire: Wire) -> None:
        """Synapse lets an account say 0.2 messages a second unless somebody lifts that."""
        path = f"/_synapse/admin/v1/users/{quote(self.install.user_id)}/override_ratelimit"
        command = Code(
            'curl -X POST -H "Authorization: Bearer $MATRIX_ADMIN_TOKEN" '
            f'-d \'{{"messages_per_second":0,"burst_count":0}}\' {wire.url}{path}'
        )
        if not self.install.admin_token:
            self.told.append(
                say(
                    "Whether messages are limited was not asked: {variable} is not set. Synapse "
                    "lets an account send 12 a minute; an administrator lifts that: {command}",
                    variable=Code("MATRIX_ADMIN_TOKEN"),
                    command=command,
                )
            )
            return
        async with _line(wire.url) as admin:
            admin.token = self.install.admin_token
            answer = await admin.ask("GET", path, patience=PATIENCE)
        told = answer.slip
        if not answer.ok:
            self.wrong.append(
                say(
                    "The token in {variable} is not that of an administrator of this homeserver "
                    "({code}). Set another, or none.",
                    variable=Code("MATRIX_ADMIN_TOKEN"),
                    code=Quoted(answer.refused),
                )
            )
        elif not told or told.number("messages_per_second"):
            self.wrong.append(
                say(
                    "The homeserver limits how many messages I may send: a round of nudges takes "
                    "long. Lift it: {command}",
                    command=command,
                )
            )

    def _alive(self) -> None:
        last = self.background.cursors.get(f"matrix/{self.install.realm}/alive")
        if not last:
            self.told.append(say("Duly has not listened to this homeserver yet"))
            return
        at = datetime.fromisoformat(last)
        if self.background.now() - at > SILENCE:
            self.wrong.append(
                say(
                    "Nothing was heard from the homeserver since {time}. Is Duly running? "
                    "{command}",
                    time=at,
                    command=Code("./duly serve"),
                )
            )


@asynccontextmanager
async def _line(url: str) -> AsyncIterator[Wire]:
    wire = Wire(url)
    try:
        yield wire
    finally:
        await wire.close()
