"""The skills that come with Hearth, loaded by the same door as anyone's."""
