"""Sources, file systems, settings and signals that mean harm."""
