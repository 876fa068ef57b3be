"""Sentence templates: matching text, writing the recogniser's grammar, pronunciations, spoken values."""
