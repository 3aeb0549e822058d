"""Programs that are not ours, each asked what it makes of the source; `run.py` beside this folder starts them."""
