"""What Hearth tells of itself on a real broker, and what it can be told there; and who is let in to it."""

import asyncio
import gc
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from assistant.devices.household import Household
from assistant.devices.mqtt import Tls
from assistant.devices.mqtt_backend import MqttBackend
from assistant.devices.mqtt_discovery import HomeAssistantDiscovery
from assistant.devices.mqtt_presence import HearthPresence
from assistant.devices.mqtt_values import Payload
from assistant.events import Finished, Observers
from assistant.listening.mute import Mute
from assistant.messages import Turn
from tests.mosquitto import SERVER, WHY_NOT, Mosquitto, gadget

pytestmark = pytest.mark.skipif(SERVER is None, reason=WHY_NOT)


class Loudness:
    """Remembers how loud it is."""

    volume = 70

    async def set_volume(self, volume: int) -> None:
        self.volume = volume


@asynccontextmanager
async def running(folder: Path, *settings: str, tls: tuple[str, ...] = ()) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(folder, settings, tls)
    await mosquitto.start()
    try:
        yield mosquitto
    finally:
        await mosquitto.stop()


TURN = Turn("turn on the lamp", 0.9, "x", "light.on", answer="The lamp is on.", ms={"act": 250.0})


@pytest.mark.parametrize("transcripts", [False, True])
async def test_hearth_tells_of_itself_and_can_be_told(tmp_path: Path, transcripts: bool) -> None:
    loudness, observe = Loudness(), Observers()
    mute = Mute(observe)
    async with running(tmp_path) as broker, asyncio.TaskGroup() as tasks:
        presence = HearthPresence(loudness, mute, tasks.create_task, prefix="homeassistant", transcripts=transcripts)
        observe.add(presence)
        async with gadget(broker.port, "hearth/#", "homeassistant/#") as other:
            async with Household([MqttBackend(broker.address, presence=presence)]):
                assert await other.hears("hearth/availability") == "online"
                assert await other.hears("hearth/volume") == "70"
                assert await other.hears("hearth/mute") == "OFF"
                volume = json.loads(await other.hears("homeassistant/number/hearth/volume/config"))
                await other.says(volume["command_topic"], "35")
                assert await other.hears("hearth/volume") == "35"
                for nonsense in ("101", "-1", "loud", "NaN", "", "9" * 9000, b"\xff", "٣"):
                    await other.says("hearth/volume/set", nonsense)
                await other.says("hearth/mute/set", "ON")
                assert await other.hears("hearth/mute") == "ON"
                assert (loudness.volume, mute.muted) == (35, True)
                mute.want(False)  # by the button
                assert await other.hears("hearth/mute") == "OFF"
                mute.switch(True)
                assert await other.hears("hearth/mute") == "ON"
                await other.says("hearth/mute/set", "OFF")
                assert await other.hears("hearth/mute") == "ON", "the switch keeps it closed"

                presence(Finished(1, TURN))
                last = json.loads(await other.hears("hearth/last"))
                assert (last["intent"], last["ok"], last["seconds"]) == ("light.on", True, 0.25)
                assert ("heard" in last, "answered" in last) == (transcripts, transcripts)
                assert ("lamp" in json.dumps(last)) == transcripts
            assert await other.hears("hearth/availability") == "offline"


async def test_no_hearth_finds_itself(tmp_path: Path) -> None:
    finder = HomeAssistantDiscovery()
    async with running(tmp_path) as broker, asyncio.TaskGroup() as tasks:
        presence = HearthPresence(Loudness(), Mute(Observers()), tasks.create_task, prefix="homeassistant")
        house = Household([MqttBackend(broker.address, presence=presence)])
        async with gadget(broker.port, "homeassistant/#") as other, house:
            config = await other.hears("homeassistant/switch/hearth/mute/config")
    finder.hear("homeassistant/switch/hearth/mute/config", Payload(config.encode()))
    assert list(finder.found) == []


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def passwords(tmp_path: Path) -> Path:
    file = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", file, "hearth", "secret"], check=True, capture_output=True)
    return file


async def problem_of(backend: MqttBackend) -> str | None:
    async with Household([backend]):
        problem = backend.problem
    # Where a certificate is refused, paho leaves the socket to be collected: here, where that is no error.
    gc.collect()
    return problem


@pytest.mark.parametrize(
    ("user", "password", "problem"),
    [
        ("hearth", "secret", None),
        ("hearth", "wrong", "does not let user hearth in. Mend mqtt.user and mqtt.password."),
        (None, None, "does not let users without a name in. Mend mqtt.user and mqtt.password."),
    ],
)
@pytest.mark.parametrize("version", [3, 5])
async def test_who_is_let_in(
    tmp_path: Path, passwords: Path, user: str | None, password: str | None, problem: str | None, version: int
) -> None:
    async with running(tmp_path, "allow_anonymous false", f"password_file {passwords}") as broker:
        address = replace(broker.address, user=user, password=password, version=version)
        said = await problem_of(MqttBackend(address))
        assert said == (problem and f"The MQTT broker at {address} {problem}")


paho_leaves_sockets_to_the_garbage_collector = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
"""Where a certificate is refused, by either side."""


def certificate(authority: trustme.CA, folder: Path, *names: str, days: int = 9) -> tuple[Path, Path]:
    made = authority.issue_cert(*names, not_after=datetime.now(UTC) + timedelta(days=days),
                                not_before=datetime.now(UTC) - timedelta(days=30))  # fmt: skip
    chain, key = folder / f"{names[0]}{days}.pem", folder / f"{names[0]}{days}.key"
    chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    return chain, key


@pytest.mark.parametrize(
    ("names", "days", "problem"),
    [
        (["127.0.0.1"], 9, None),
        (["127.0.0.1"], -1, "shows a certificate that has expired. Renew it, or set this machine's clock right."),
        (
            ["elsewhere.example"],
            9,
            "shows a certificate for another host. Write mqtt.host as the certificate names it.",
        ),
    ],
)
@paho_leaves_sockets_to_the_garbage_collector
async def test_the_brokers_certificate_is_looked_at(
    tmp_path: Path, authority: trustme.CA, names: list[str], days: int, problem: str | None
) -> None:
    chain, key = certificate(authority, tmp_path, *names, days=days)
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    async with running(tmp_path, "allow_anonymous true", tls=(f"certfile {chain}", f"keyfile {key}")) as broker:
        address = replace(broker.address, tls=Tls(trusted))
        assert await problem_of(MqttBackend(address)) == (problem and f"The MQTT broker at {address} {problem}")
        if problem is None:
            unknown = replace(address, tls=Tls())
            said = await problem_of(MqttBackend(unknown))
            assert said is not None
            assert "nobody known has signed" in said
            plain = replace(address, tls=None)
            assert await problem_of(MqttBackend(plain)) is not None


@paho_leaves_sockets_to_the_garbage_collector
async def test_we_can_show_a_certificate_of_our_own(tmp_path: Path, authority: trustme.CA) -> None:
    chain, key = certificate(authority, tmp_path, "127.0.0.1")
    own, own_key = certificate(authority, tmp_path, "hearth.example")
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    lines = (f"certfile {chain}", f"keyfile {key}", f"cafile {trusted}", "require_certificate true")
    async with running(tmp_path, "allow_anonymous true", tls=lines) as broker:
        address = replace(broker.address, tls=Tls(trusted, own, own_key))
        assert await problem_of(MqttBackend(address)) is None
        assert await problem_of(MqttBackend(replace(address, tls=Tls(trusted)))) is not None
        missing = replace(address, tls=Tls(tmp_path / "none.pem"))
        assert "none.pem" in str(await problem_of(MqttBackend(missing)))
