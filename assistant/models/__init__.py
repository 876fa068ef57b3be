"""The files of the models: which there are, how they get here, and what they need of a machine."""
