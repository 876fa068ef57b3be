"""What stands between the microphone and the recognizers."""
