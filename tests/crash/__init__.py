"""Every step at which the process may die, alone and in pairs, in short stories."""
