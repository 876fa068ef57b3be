"""The training of the acoustic model, in little."""
