"""What-if: the talk of a transcript, or of the company's own last weeks, under a policy."""

from bot.replay.laying import laid_over
from bot.replay.outcome import Ask, Outcome
from bot.replay.playing import Replay
from bot.replay.script import Script

__all__ = ["Ask", "Outcome", "Replay", "Script", "laid_over"]
