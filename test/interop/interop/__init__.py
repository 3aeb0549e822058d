"""The interop suite; `run.py` beside this folder starts it."""
