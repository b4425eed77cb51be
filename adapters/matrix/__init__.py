"""Matrix as a platform of Duly's: rooms of a homeserver, mostly end-to-end encrypted."""
