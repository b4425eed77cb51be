"""Pictures of what people will see in Slack, roughly: `python -m tests.slack.preview FOLDER`."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.slack import forms, render
from bot.effects import Deliverable, OpenForm, Publish, Send, ShowHome, Upload, Whisper
from bot.events import HomeOpened, MessageRef
from bot.words import Reader, say
from tests.desk import LOBBY, MONDAY, Desk, Paper, account

CSS = """
body { margin: 16px; width: 560px; font: 15px/1.46 Lato, "Noto Sans CJK SC", sans-serif;
  color: #1d1c1d; background: #fff } body.phone { width: 340px }
.message, .modal, .home { border: 1px solid #ddd; border-radius: 8px; padding: 12px 16px;
  margin-bottom: 14px } .who { font-weight: 900 } .who i { font: 11px sans-serif;
  background: #ddd; border-radius: 2px; padding: 0 3px } .notification { font-size: 12px;
  color: #616061; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.header { font-size: 18px; font-weight: 900; margin: 8px 0 4px; line-height: 1.3 }
.rich { margin: 4px 0 } .section, blockquote { white-space: pre-wrap; overflow-wrap: anywhere }
blockquote { border-left: 4px solid #ddd; margin: 4px 0; padding-left: 12px }
code { color: #e01e5a; background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px;
  padding: 1px 3px; font-size: 12px } a { color: #1264a3; text-decoration: none }
.actions { margin: 8px 0 } button { font: bold 14px sans-serif; background: #fff; height: 34px;
  border: 1px solid #bbb; border-radius: 4px; padding: 0 12px; margin: 0 8px 8px 0 }
.primary { color: #fff; background: #007a5a } .danger { color: #fff; background: #e01e5a }
.context { font-size: 12px; color: #616061; margin: 4px 0; white-space: pre-wrap }
.top { display: flex; justify-content: space-between; font-size: 20px; font-weight: 900 }
label { display: block; font-weight: 900; margin-top: 14px } label i { font-weight: 400;
  color: #616061 } .box { border: 1px solid #888; border-radius: 4px; padding: 8px 12px;
  margin: 4px 0; color: #616061; white-space: pre-wrap } .lines { min-height: 60px }
.held { color: #1d1c1d } .hint { font-size: 12px; color: #616061 } .foot { text-align: right;
  margin-top: 18px } hr { border: 0; border-top: 1px solid #ddd }
"""
ELEMENTS = {
    "plain_text_input": "",
    "static_select": "Select an option ▾",
    "users_select": "Select a user ▾",
    "file_input": "⬆ Upload files",
}
Part = Mapping[str, Any]


class Nowhere:
    def to(self, ref: MessageRef) -> str | None:
        return "https://acme.slack.example/archives/C1/p1700000000000100"


@dataclass
class Slate(Paper):
    """Keeps what was carried out, as it was to be carried out."""

    done: list[tuple[Deliverable, Reader]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    async def deliver(self, effect: Deliverable, *, key: str, reader: Reader) -> MessageRef | None:
        self.done.append((effect, reader))
        return await super().deliver(effect, key=key, reader=reader)


def shown(effect: Deliverable, reader: Reader) -> str:
    match effect:
        case Send(card=card) | Whisper(card=card) | Upload(card=card):
            return message(render.message(card, reader, Nowhere()))
        case Publish():
            return "".join(message(each) for each in render.published(effect, reader))
        case ShowHome(cards=cards):
            return f'<div class="home">{blocks(render.home(cards, reader, Nowhere()))}</div>'
        case OpenForm(form=form):
            return modal(forms.view(form, reader, "C1"))
        case _:
            return ""


def message(sent: render.Message) -> str:
    return (
        f'<div class="notification">🔔 {sent.text}</div>'
        f'<div class="message"><div class="who">Duly <i>APP</i></div>{blocks(sent.blocks)}</div>'
    )


def modal(view: Part) -> str:
    foot = f"<button>{text(view['close'])}</button>"
    foot += f'<button class="primary">{text(view["submit"])}</button>'
    return (
        f'<div class="modal"><div class="top"><span>{text(view["title"])}</span>✕</div>'
        f'{blocks(view["blocks"])}<div class="foot">{foot}</div></div>'
    )


def blocks(parts: Sequence[Part]) -> str:
    return "".join(_block(each) for each in parts)


def _block(block: Part) -> str:
    match block["type"]:
        case "header":
            return f'<div class="header">{text(block["text"])}</div>'
        case "rich_text":
            return f'<div class="rich">{"".join(map(_rich, block["elements"]))}</div>'
        case "actions":
            return f'<div class="actions">{"".join(map(_button, block["elements"]))}</div>'
        case "context":
            return f'<div class="context">{"".join(map(text, block["elements"]))}</div>'
        case "input":
            return _input(block)
        case _:
            return "<hr>"


def _rich(part: Part) -> str:
    tag = "blockquote" if part["type"] == "rich_text_quote" else "div"
    return f'<{tag} class="section">{"".join(map(_word, part["elements"]))}</{tag}>'


def _word(part: Part) -> str:
    words = escape(part["text"])
    style = part.get("style", {})
    words = f"<code>{words}</code>" if style.get("code") else words
    words = f"<b>{words}</b>" if style.get("bold") else words
    return f"<a>{words}</a>" if part["type"] == "link" else words


def _button(part: Part) -> str:
    return f'<button class="{part.get("style", "")}">{text(part["text"])}</button>'


def _input(block: Part) -> str:
    element = block["element"]
    held = element.get("initial_value") or text(element.get("initial_option", {}).get("text"))
    inside = held or text(element.get("placeholder")) or ELEMENTS[element["type"]]
    optional = " <i>(optional)</i>" if block["optional"] else ""
    kind = f"{'lines' * bool(element.get('multiline'))} {'held' * bool(held)}"
    return (
        f"<label>{text(block['label'])}{optional}</label>"
        f'<div class="box {kind}">{escape(inside) if held else inside or "&nbsp;"}</div>'
        f'<div class="hint">{text(block.get("hint"))}</div>'
    )


def text(plain: Part | None) -> str:
    return escape(plain["text"]) if plain else ""


def scenes() -> dict[str, str]:
    """What each picture shows."""
    slate = Slate()
    desk = Desk(paper=slate)
    for who in ("bob", "wei"):
        desk.posts("ann", f"@{who} Can you send me the *Q1* figures for <ACME & Sons> today?")
    desk.posts("sam", "@bob Could you please review the contract with Fabrikam by tomorrow?")
    desk.until(MONDAY + timedelta(hours=7))
    nudged = len(slate.done)
    desk.says(
        "ann", 'request notice channels=lobby audience=all text="The office is closed on Friday."'
    )
    desk.presses("sam", "Approve")
    desk.says("mei", "request")
    desk.says("ann", "request")
    asked = len(slate.done)
    for who in ("bob", "wei"):
        desk.says(who, "mine")
    for who in ("bob", "wei", "sam"):
        desk.hears(HomeOpened(key=f"home {who}", at=desk.now, actor=account(who)))
    text = "*Dear all*,\n\n\tThe office is closed. :tada:\n  - <!channel> https://acme.example"
    slate.done.insert(nudged, (Publish(LOBBY, say("A notice"), text), Reader()))
    done = [shown(effect, reader) for effect, reader in slate.done]
    desk.close()
    homes = [each for each in done if each.startswith('<div class="home"')]
    modals = [each for each in done if each.startswith('<div class="modal"')]
    return {
        "nudges": "".join(done[:nudged]),
        "approval": "".join(
            dict.fromkeys(each for each in done[nudged:asked] if each not in modals)
        ),
        "mine": "".join(each for each in done[asked:] if each not in homes),
        "homes": "".join(homes),
        "forms": "".join(modals),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in scenes().items():
        for kind, width in (("desktop", 620), ("phone", 390)):
            page = folder / f"{name}-{kind}.html"
            page.write_text(
                f'<meta charset="utf-8"><style>{CSS}</style><body class="{kind}">{body}',
                encoding="utf-8",
            )
            picture(page, width)


def picture(page: Path, width: int) -> None:
    with TemporaryDirectory() as profile:
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
                *("--no-first-run", "--disable-background-networking", "--disable-sync"),
                *("--disable-component-update", f"--user-data-dir={profile}"),
                *(f"--window-size={width},1700", "--hide-scrollbars"),
                *(f"--screenshot={page.with_suffix('.png')}", page.resolve().as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
