"""Who somebody is: logging in, their profile, what they keep on the server, files."""

from tests.matrix.fake.call import Asked, Call, parsed
from tests.matrix.fake.things import Account, Event, Json, No
from tests.matrix.fake.world import World
from tests.matrix.synapse import SERVER_NAME

LARGEST = 50 * 2**20  # bytes of a file
PASSWORD = "m.login.password"
UNSTABLE: Json = {"org.matrix.simplified_msc3575": True}


def versions() -> Json:
    return {"versions": ["v1.1", "v1.6", "v1.11", "v1.12"], "unstable_features": UNSTABLE}


def flows() -> Json:
    return {"flows": [{"type": PASSWORD}, {"type": "m.login.application_service"}]}


def log_in(world: World, asked: Asked) -> Json:
    body = parsed(asked.body)
    if body.get("type") != PASSWORD:
        raise No(400, "M_UNKNOWN", f"Unknown login type {body.get('type')}", fault=True)
    name = str(body.get("identifier", {}).get("user", ""))
    user = name if name.startswith("@") else f"@{name}:{SERVER_NAME}"
    account = world.accounts.get(user)
    if account is None or account.password != body.get("password"):
        raise No(403, "M_FORBIDDEN", "Invalid username or password")
    id = body.get("device_id") or world.name(10).upper()
    device = world.log_in(user, id, body.get("initial_device_display_name", ""))
    return {
        "user_id": user,
        "access_token": device.token,
        "home_server": SERVER_NAME,
        "device_id": device.id,
    }


def whoami(call: Call) -> Json:
    return {"user_id": call.user, "is_guest": False, "device_id": call.device.id}


def profile(call: Call) -> Json:
    if call["user"] not in call.world.accounts:
        raise No(404, "M_UNKNOWN", "Profile was not found")
    return {"displayname": call.world.accounts[call["user"]].displayname}


def rename(call: Call) -> Json:
    """In all of their rooms."""
    account = _own(call)
    account.displayname = call.must("displayname")
    for room in call.world.rooms_of(account.id):
        content = {"membership": "join", "displayname": account.displayname}
        call.world.happen(room, Event(account.id, "m.room.member", content, account.id))
    return {}


def get_data(call: Call) -> Json:
    found = _own(call).data.get(call["type"])
    if found is None:
        raise No(404, "M_NOT_FOUND", "Account data not found")
    return found[1]


def put_data(call: Call) -> Json:
    _own(call).data[call["type"]] = (call.world.move(), call.json)
    return {}


def _own(call: Call) -> Account:
    if call["user"] != call.user:
        raise No(403, "M_FORBIDDEN", "Cannot set it for other users.", fault=True)
    return call.world.account(call.user)


def media_config(call: Call) -> Json:
    del call
    return {"m.upload.size": LARGEST}


def upload(call: Call) -> Json:
    if len(call.asked.body) > LARGEST:
        raise No(413, "M_TOO_LARGE", "Upload request body is too large")
    id = call.world.name(24)
    call.world.media[f"{SERVER_NAME}/{id}"] = (call.asked.kind, call.asked.body)
    return {"content_uri": f"mxc://{SERVER_NAME}/{id}"}


def download(call: Call) -> bytes:
    found = call.world.media.get(f"{call['server']}/{call['id']}")
    if found is None:
        raise No(404, "M_NOT_FOUND", "Not found")
    return found[1]
