"""The rules: pure Python, no I/O, no clock, no randomness; imports nothing of ours."""
