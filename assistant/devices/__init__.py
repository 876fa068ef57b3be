"""The world outside: sound, files that stand for sound, and the things of a house."""
