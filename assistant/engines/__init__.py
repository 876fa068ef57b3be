"""One file, one library; nothing else imports that library."""

import os

# onnxruntime's wheels for Linux (1.31 does) make a device's identity in ~/.cache and send telemetry, unless this is set
# before the library is loaded: `disable_telemetry_events()` comes too late. Nothing may leave this machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
