"""The keys by which others write to our device, kept before they are published.

matrix-nio publishes no fallback key, tops up nothing when all keys are used up, and keeps new keys
only after the server has them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nio.crypto import Olm

from adapters.matrix.crosssigning import KEYS
from adapters.matrix.wire import Wire
from bot.clock import fault_point
from bot.settings import Unusable

SIGNED = "signed_curve25519"
CLASH = "already exists"  # a key of this id, from a copy of our store that was used before


@dataclass(slots=True)
class Stock:
    """What others find of us: how many keys for one use, and whether the fallback is unused."""

    olm: Olm
    count: int | None = None  # None: not known
    fallback: bool = False

    def hear(self, sync: Mapping[str, Any]) -> None:
        """A server that does not speak of fallback keys has none."""
        counts = sync.get("device_one_time_keys_count")
        if isinstance(counts, Mapping):
            count = counts.get(SIGNED, 0)
            self.count = count if isinstance(count, int) else 0
        unused = sync.get("device_unused_fallback_key_types")
        if isinstance(unused, Sequence):
            self.fallback = SIGNED in unused

    @property
    def low(self) -> bool:
        """Whether something is to be published."""
        half = self.olm.account.max_one_time_keys // 2
        few = self.count is not None and self.count < half
        return not self.olm.account.shared or few or not self.fallback

    async def fill(self, wire: Wire) -> None:
        """Raises NoAnswer, Unusable."""
        body = self._prepared()
        answer = await wire.ask("POST", f"{KEYS}/upload", body)
        if not answer.ok and CLASH in answer.slip.text("error"):
            self._settle()  # those are lost; the next ones have other ids
            raise Unusable(
                "The homeserver has other keys of our device than its store: was an old copy of "
                "the store put back? Messages may stay unreadable; restore a backup into a new "
                "folder instead: ./duly matrix restore FILE"
            )
        if not answer.ok:
            raise Unusable(f"The homeserver refused the keys of our device: {answer.refused}.")
        self.olm.account.shared = True
        self._settle()
        self.count = int(answer.slip.at("one_time_key_counts").number(SIGNED))
        self.olm.uploaded_key_count = self.count
        self.fallback = True

    def device(self) -> dict[str, Any]:
        """Our device as it is to be published, signed by itself."""
        olm = self.olm
        keys = {f"{kind}:{olm.device_id}": key for kind, key in olm.account.identity_keys.items()}
        made = {
            "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
            "device_id": olm.device_id,
            "user_id": olm.user_id,
            "keys": keys,
        }
        return self._signed(made)

    def _prepared(self) -> dict[str, Any]:
        """Keys of an upload that failed are sent again; new ones are kept first."""
        account = self.olm.account
        lacking = account.max_one_time_keys - (self.count or 0)
        waiting = len(account.one_time_keys["curve25519"])
        if waiting < lacking:
            account.generate_one_time_keys(lacking - waiting)
        fallback = account._account
        if not self.fallback and not fallback.fallback_key:
            fallback.generate_fallback_key()
        fault_point("new keys are kept")
        self.olm.save_account()

        body: dict[str, Any] = {
            "one_time_keys": {
                f"{SIGNED}:{id}": self._signed({"key": key})
                for id, key in account.one_time_keys["curve25519"].items()
            }
        }
        if fallback.fallback_key:
            body["fallback_keys"] = {
                f"{SIGNED}:{id}": self._signed({"key": key.to_base64(), "fallback": True})
                for id, key in fallback.fallback_key.items()
            }
        if not account.shared:
            body["device_keys"] = self.device()
        return body

    def _settle(self) -> None:
        self.olm.mark_keys_as_published()
        fault_point("keys were published")
        self.olm.save_account()

    def _signed(self, told: dict[str, Any]) -> dict[str, Any]:
        signature = {f"ed25519:{self.olm.device_id}": self.olm.sign_json(told)}
        return {**told, "signatures": {self.olm.user_id: signature}}
