"""Matrix: rooms and direct chats, encrypted or not, told to the core as events."""
