"""Where people reach the pages: what links, cookies and the check of origins need of it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.settings import Settings

ANYWHERE = ("0.0.0.0", "::", "")


@dataclass(frozen=True, slots=True)
class Address:
    """`url` has no slash at its end. A proxy in front takes `base` off each path."""

    url: str

    @property
    def secure(self) -> bool:
        return self.url.startswith("https:")

    @property
    def base(self) -> str:
        return urlsplit(self.url).path

    @property
    def netloc(self) -> str:
        return urlsplit(self.url).netloc.lower()


def address(settings: Settings, port: int) -> Address:
    """What the operator named, else where we listen: `port` is the one that was opened."""
    host = "localhost" if settings.host in ANYWHERE else settings.host
    return Address(settings.url or f"http://{host}:{port}")
