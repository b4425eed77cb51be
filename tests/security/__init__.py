"""What somebody who means harm may try, and does not get (docs/security.md)."""
