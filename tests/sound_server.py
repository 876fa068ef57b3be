"""A real sound server for tests, whose loudspeaker is its own microphone."""

import shutil
import subprocess
from collections.abc import Iterator
from types import ModuleType

import pytest

from assistant.devices.audio import sound_devices


def portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError:
        pytest.skip("needs PortAudio (Debian package libportaudio2)")
    return sounddevice  # type: ignore[no-any-return]  # it has no types


@pytest.fixture(scope="module", name="room")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run a PulseAudio of our own with a null sink, whose monitor is the default microphone."""
    if shutil.which("pulseaudio") is None:
        pytest.skip("needs pulseaudio (Debian packages pulseaudio and libasound2-plugins)")
    if shutil.which("aplay") is None:
        pytest.skip("needs aplay (Debian package alsa-utils)")
    sounddevice = portaudio()
    home = tmp_path_factory.mktemp("pulse")
    socket = home / "socket"
    with pytest.MonkeyPatch.context() as patch:
        for name in "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME":
            patch.setenv(name, str(home))
        patch.setenv("PULSE_SERVER", f"unix:{socket}")
        server = ["pulseaudio", "--daemonize=yes", "--exit-idle-time=-1", "--log-target=null", "-n"]
        native = f"module-native-protocol-unix auth-anonymous=1 socket={socket}"
        sink = "module-null-sink sink_name=room rate=44100 channels=2"
        # A null sink moves in steps of two seconds unless somebody listens closely.
        listener = "module-null-sink sink_name=other", "module-loopback source=room.monitor sink=other latency_msec=20"
        modules = [argument for module in (native, sink, *listener) for argument in ("-L", module)]
        subprocess.run([*server, *modules], check=True, timeout=30)
        # PortAudio lists the devices once, when it starts.
        sounddevice._terminate()
        sounddevice._initialize()
        try:
            if "pulse" not in [device.name for device in sound_devices()]:
                pytest.skip("needs ALSA's plugin for PulseAudio (Debian package libasound2-plugins)")
            yield
        finally:
            sounddevice._terminate()
            subprocess.run(["pulseaudio", "--kill"], check=True, timeout=30)
            patch.undo()
            sounddevice._initialize()
