"""The programs that are run, each with what it makes of our rows."""
