"""The checks beside the targets, one a file."""
