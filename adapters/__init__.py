"""Chat platforms, one sub-package each, all fitting `bot.port.Adapter`."""
