"""What was said before the bot came, brought into the company's own store; nobody is nudged."""

from bot.importing.outcome import Outcome
from bot.importing.playing import Importing

__all__ = ["Importing", "Outcome"]
