"""Excel workbooks for HR, heads, the board, auditors and each employee. One file, one sheet."""
