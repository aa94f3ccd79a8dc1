"""What is done to pixels; the only place that imports pyvips."""
