"""Where the code commits something or calls somebody, found by how that is written."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOTS = ("bot", "adapters", "commands", "reports")
LEFT_OUT = ("bot/store/migrations",)  # steps of one transaction, which bot/store/migrating.py ends
REQUESTS = frozenset(("get", "post", "put", "patch", "delete", "head", "request", "stream"))
CALLS = frozenset(
    ("api_call", "fetch_token", "urlopen", "ws_connect", "send_socket_mode_response", "sendmail")
)
COMMITS = frozenset(("commit", "atomic", "create_all", "fsync"))
KEYS = frozenset(("save_account", "save_session", "save_inbound_group_session"))  # nio's store
FILES = frozenset(("os.replace", "os.link", "os.rename"))
STATEMENTS = frozenset(("execute", "executemany", "executescript"))
QUIET = frozenset(("close", "receive_response", "fetch_token"))  # of clients: no call of theirs
READS = ("select", "pragma")
CLIENTS = frozenset(  # what opens lines to others
    (
        *("aiohttp", "httpx", "httpx2", "requests", "urllib.request", "urllib3", "http.client"),
        *("smtplib", "websockets", "socket", "slack_sdk.web.async_client", "slack_sdk.web"),
        *("slack_sdk.socket_mode.aiohttp", "slack_sdk", "nio", "authlib.integrations.httpx_client"),
    )
)


@dataclass(frozen=True, slots=True)
class Site:
    """A function that commits or calls, and by which words."""

    file: str
    function: str
    how: tuple[str, ...]
    points: tuple[str, ...]  # the fault points that stand in it

    @property
    def name(self) -> str:
        return f"{self.file}:{self.function}"


def files(root: Path) -> Iterator[tuple[str, str]]:
    """Each file of the product, with its text."""
    for part in ROOTS:
        for file in sorted((root / part).rglob("*.py")):
            name = str(file.relative_to(root))
            if not name.startswith(LEFT_OUT):
                yield name, file.read_text(encoding="utf-8")


def sites(file: str, text: str) -> Iterator[Site]:
    tree = ast.parse(text)
    of_sqlite = any(name == "sqlite3" for name in imported(tree))
    for function, body in _functions(tree, ""):
        nodes = list(_own(body))
        how = tuple(sorted({what for node in nodes for what in _how(node, of_sqlite=of_sqlite)}))
        if how:
            yield Site(file, function, how, tuple(_points(nodes)))


def points(text: str) -> Iterator[str]:
    """The names of all the fault points in a file."""
    yield from _points(list(ast.walk(ast.parse(text))))


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules from which something is imported, wherever that stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    """Every function by its full name, and the module's own lines."""
    if isinstance(node, ast.Module):
        yield "", node
    for each in ast.iter_child_nodes(node):
        if isinstance(each, Function | ast.ClassDef):
            full = f"{name}.{each.name}" if name else each.name
            if isinstance(each, Function):
                yield full, each
            yield from _functions(each, full)
        else:
            yield from _functions(each, name)


def _own(body: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function itself, and in no function within it."""
    for each in ast.iter_child_nodes(body):
        if not isinstance(each, Function | ast.ClassDef):
            yield each
            yield from _own(each)


def _points(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "fault_point":
            assert isinstance(node.args[0], ast.Constant), "a fault point has a name of its own"
            yield str(node.args[0].value)


def _how(node: ast.AST, *, of_sqlite: bool) -> Iterator[str]:
    if isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            yield from _with(item.context_expr, waits=isinstance(node, ast.AsyncWith))
    elif isinstance(node, ast.Await) and _called(node.value) == "connect":
        yield "await connect"
    elif isinstance(node, ast.Await) and _called(node.value) in REQUESTS and _of_a_client(node):
        yield f"await {_called(node.value)}"
    elif isinstance(node, ast.Await) and _asks_nio(node.value):
        yield f"await client.{_called(node.value)}"
    elif isinstance(node, ast.Call):
        yield from _call(node, of_sqlite=of_sqlite)


def _asks_nio(node: ast.expr) -> bool:
    """nio's client can call the homeserver by itself; we let it read and encrypt."""
    whole = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return whole.rpartition(".")[0].split(".")[-1] == "client" and _called(node) not in QUIET


def _with(what: ast.expr, *, waits: bool) -> Iterator[str]:
    called = _called(what)
    if called == "begin":
        yield "with begin"
    elif waits and called in REQUESTS:
        yield f"async with {called}"
    elif isinstance(what, ast.Attribute | ast.Name) and ast.unparse(what).endswith("_db"):
        yield f"with {ast.unparse(what)}"


def _call(node: ast.Call, *, of_sqlite: bool) -> Iterator[str]:
    called, whole = _called(node), ast.unparse(node.func)
    if called in CALLS or called in COMMITS or whole in FILES or called in KEYS:
        yield whole
    elif called == "replace" and len(node.args) == 1 and not node.keywords and "." in whole:
        yield "a file is renamed"
    elif of_sqlite and called in STATEMENTS and not _reads(node):
        yield whole
    if any(k.arg == "isolation_level" and _text(k.value) == "AUTOCOMMIT" for k in node.keywords):
        yield "autocommit"


def _reads(node: ast.Call) -> bool:
    return bool(node.args) and _text(node.args[0]).lstrip().lower().startswith(READS)


def _of_a_client(node: ast.Await) -> bool:
    assert isinstance(node.value, ast.Call)
    return any(word in ast.unparse(node.value.func).lower() for word in ("client", "line", "http"))


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
