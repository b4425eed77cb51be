"""Keys of devices and identities, carried from one to the other: the server reads none of them."""

from tests.matrix.fake.call import Call
from tests.matrix.fake.things import Account, Device, Json, No

CURVE = "signed_curve25519"
USES = ("master", "self_signing", "user_signing")


def upload(call: Call) -> Json:
    mine = call.device
    for id, key in call.json.get("one_time_keys", {}).items():
        if id in mine.once and mine.once[id] != key:
            raise No(400, "M_UNKNOWN", f"One time key {id} already exists. Old key: {key}")
        mine.once[id] = key
    if fallback := call.json.get("fallback_keys"):
        mine.fallback = fallback
        mine.used.clear()
    if (told := call.json.get("device_keys")) is not None:
        if (told.get("user_id"), told.get("device_id")) != (mine.user, mine.id):
            raise No(400, "M_INVALID_PARAM", "These are of another device", fault=True)
        if told != _bare(mine.keys):
            mine.keys = told
            _changed(call, mine.user)
    return {"one_time_key_counts": counts(mine)}


def counts(device: Device) -> Json:
    """Zero is told as well."""
    return {CURVE: len(device.once)}


def unused(device: Device) -> list[str]:
    """Kinds of fallback keys that nobody was given yet."""
    return sorted({id.partition(":")[0] for id in device.fallback if id not in device.used})


def query(call: Call) -> Json:
    asked = call.json.get("device_keys")
    if not isinstance(asked, dict):
        raise No(400, "M_BAD_JSON", "device_keys is missing", fault=True)
    told: Json = {"device_keys": {}, "failures": {}, **{f"{use}_keys": {} for use in USES}}
    for user in asked:
        devices = [each for each in call.world.of(user) if each.keys]
        if user in call.world.accounts:
            told["device_keys"][user] = {each.id: _shown(each) for each in devices}
        for use in USES:
            key = _crossed(call, user).get(use)
            if key and (use != "user_signing" or user == call.user):
                told[f"{use}_keys"][user] = key
    return told


def _shown(device: Device) -> Json:
    name = {"device_display_name": device.name} if device.name else {}
    return {**device.keys, "unsigned": name}


def _bare(keys: Json) -> Json:
    """As the device itself published them."""
    if not keys:
        return {}
    own = f"ed25519:{keys['device_id']}"
    signed = {id: key for id, key in keys["signatures"][keys["user_id"]].items() if id == own}
    return {**keys, "signatures": {keys["user_id"]: signed}}


def claim(call: Call) -> Json:
    told: Json = {}
    for user, devices in call.must("one_time_keys", dict).items():
        for id in devices:
            device = call.world.device(user, id)
            key = _taken(device) if device else {}
            if key:
                told.setdefault(user, {})[id] = key
    return {"one_time_keys": told, "failures": {}}


def _taken(device: Device) -> Json:
    """One that nobody else gets; the fallback where there is none left."""
    if device.once:
        id = next(iter(device.once))
        return {id: device.once.pop(id)}
    device.used |= set(device.fallback)
    return dict(device.fallback)


def cross_sign(call: Call) -> Json:
    """The first identity is taken as it comes; another one only with the password."""
    account = call.world.account(call.user)
    new = {use: call.json[f"{use}_key"] for use in USES if f"{use}_key" in call.json}
    if all(account.crossed.get(use) == key for use, key in new.items()):
        return {}
    if account.crossed.get("master"):
        _must_know_password(call, account)
    account.crossed |= new
    _changed(call, call.user)
    return {}


def _must_know_password(call: Call, account: Account) -> None:
    auth = call.json.get("auth", {})
    if auth.get("type") != "m.login.password" or auth.get("password") != account.password:
        flows = [{"stages": ["m.login.password"]}]
        raise _Interactive({"flows": flows, "params": {}, "session": call.world.name(24)})


class _Interactive(No):
    """Not a no, but: prove that it is you."""

    def __init__(self, answer: Json) -> None:
        super().__init__(401, "", "")
        self.answer = answer


def sign(call: Call) -> Json:
    """Signatures are added to what they are of."""
    for user, signed in call.json.items():
        for id, told in signed.items():
            for owner, signatures in told.get("signatures", {}).items():
                for each in _signable(call, user, id):
                    each.setdefault("signatures", {}).setdefault(owner, {}).update(signatures)
        _changed(call, user)
    return {"failures": {}}


def _signable(call: Call, user: str, id: str) -> list[Json]:
    device = call.world.device(user, id)
    crossed = [key for key in _crossed(call, user).values() if f"ed25519:{id}" in key["keys"]]
    return [device.keys, *crossed] if device and device.keys else crossed


def _crossed(call: Call, user: str) -> dict[str, Json]:
    account = call.world.accounts.get(user)
    return account.crossed if account else {}


def _changed(call: Call, user: str) -> None:
    call.world.changed.append((call.world.position + 1, user))
    call.world.move()


def to_device(call: Call) -> Json:
    return call.world.once(call.device, call.asked.path, lambda: _posted(call))


def _posted(call: Call) -> Json:
    told: dict[str, Json] = call.must("messages", dict)
    for user, devices in told.items():
        for id, content in devices.items():
            message = {"sender": call.user, "type": call["type"], "content": content}
            for device in call.world.of(user):
                if id in ("*", device.id):
                    device.post.append((call.world.position + 1, message))
    call.world.move()
    return {}
