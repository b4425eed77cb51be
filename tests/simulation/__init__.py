"""The production engine, outbox and ticker under virtual time, with a platform at its worst."""
