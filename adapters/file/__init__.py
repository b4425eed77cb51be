"""A file to which checkpoints are written, outside the database. Policy 3.3.3."""

from adapters.file.adapter import Notebook

__all__ = ["Notebook"]
