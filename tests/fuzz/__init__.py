"""Sources, frames, settings and reports made by machines; `python -m tests.fuzz` runs them for long."""
