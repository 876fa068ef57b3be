"""Training of the recogniser's acoustic model: `python -m models.training`."""
