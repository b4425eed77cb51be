"""Every parser by whatever bytes may come: it answers, or refuses in the way it says it does."""
