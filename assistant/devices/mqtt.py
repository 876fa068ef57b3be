"""The connection to an MQTT broker, by aiomqtt: kept up for ever, and never a message sent later than it was meant."""

import asyncio
import logging
import math
import secrets
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from aiomqtt import Client, Message, MqttCodeError, MqttError, ProtocolVersion, Will
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from assistant.concurrency import interrupt
from assistant.devices.mqtt_trouble import BAD_PASSWORD, NOT_ALLOWED, OTHER_VERSION, trouble
from assistant.errors import DeviceError

logger = logging.getLogger(__name__)

BACK_OFF = (0.1, 0.5, 1.0, 2.0, 3.0)
"""Seconds to wait before a broker is tried again; the last one for ever. A local one costs little to try."""
LARGEST = 8 << 20
"""Bytes of the largest message that is accepted: the list of a thousand Zigbee devices is about half of that."""
BACKLOG_BYTES = 16 << 20
BACKLOG_TOPICS = 10_000
TIMEOUT = 5.0
"""Seconds after which a broker that does not answer is away."""
KEEP_ALIVE = 15
"""Seconds of silence after which it is asked whether it is still there."""
PENDING = 1_000
IN_A_ROW = 10
"""Messages that are taken in before others in the loop have their turn: a few milliseconds on a slow machine."""
AT_ONCE = 100
"""Topics in one request to subscribe."""

_SOCKET = (
    # What a lost connection still holds unsent is thrown away when it is closed, and after TIMEOUT in any case.
    (socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"),
    (socket.IPPROTO_TCP, getattr(socket, "TCP_USER_TIMEOUT", 18), round(TIMEOUT * 1000)),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
)


@dataclass(frozen=True, slots=True)
class Tls:
    """How the broker and we know each other."""

    authority: Path | None = None
    """PEM file of who signed the broker's certificate; None for those that the system trusts."""
    certificate: Path | None = None
    """PEM file of our own certificate, if the broker asks for one."""
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is and how to be let in."""

    host: str
    port: int = 1883
    user: str | None = None
    password: str | None = None
    tls: Tls | None = None
    version: int = 5
    """Of MQTT: 5 or 3. With 3 the broker confirms no command, since it could then deliver it late."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


Hear = Callable[[str, bytes, bool], None]
"""Topic, payload, and whether it was retained: said before we listened."""


class Broker:
    """A connection that is opened again whenever it is lost, with back-off."""

    def __init__(
        self,
        address: Address,
        hear: Hear,
        *,
        name: str = "hearth",
        will: tuple[str, str] | None = None,
        greet: Callable[[], Awaitable[None]],
        lost: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`will` is a topic and what the broker shall say on it, retained, when we are gone.

        `greet` is called after each connect, with subscriptions gone; `lost` with a sentence after each loss.
        """
        self.problem: str | None = f"The MQTT broker at {address} has not answered yet."
        """Why it cannot be reached, in a sentence that names the remedy; None where it can be."""
        self._address = address
        self._hear = hear
        self._will = will
        self._greet = greet
        self._lost = lost
        self._sleep = sleep
        # Two clients of one name would throw each other out for ever.
        self._identifier = f"{name}-{secrets.token_hex(4)}"
        self._client: Client | None = None
        self._mistrusted = asyncio.Event()
        self._gone: asyncio.Future[None] | None = None
        """Done once the connection is lost."""

    async def run(self) -> None:
        """Stay connected until cancelled."""
        attempt = 0
        while True:
            try:
                await self._connect_once()
            except* (MqttError, OSError) as errors:
                error = errors.exceptions[0]
                attempt = 0 if self.problem is None else attempt
                self._fail(_sentence(self._address, _innermost(error)))
            await self._sleep(BACK_OFF[min(attempt, len(BACK_OFF) - 1)])
            attempt += 1

    async def publish(
        self, topic: str, payload: str, *, retain: bool = False, within: float = TIMEOUT, expires: bool = False
    ) -> None:
        """Hand a message to the broker, now or never.

        `expires`: it must have no effect after `within` seconds, not even on a device that was away. Raises
        DeviceError where the broker does not take it.
        """
        client, gone = self._client, self._gone
        if client is None or gone is None:
            raise DeviceError(self.problem)
        properties = None
        if expires and self._address.version == 5:
            properties = _properties(PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = max(1, math.ceil(within))
        # Without an expiry, a broker would keep what is confirmed for a device that is away, and deliver it later.
        certain = self._address.version == 5 or not expires
        sending = asyncio.ensure_future(
            client.publish(topic, payload, int(certain), retain, properties, timeout=max(0.001, within))
        )
        try:
            # aiomqtt would wait for a confirmation from a broker that is gone.
            await asyncio.wait([sending, gone], return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise DeviceError(self.problem or f"The MQTT broker at {self._address} was lost.")
            sending.result()
        except (MqttError, ValueError) as error:
            if not isinstance(error, MqttCodeError | ValueError):
                self._mistrusted.set()
            raise DeviceError(f"{topic} cannot be published: {error}") from None
        finally:
            await interrupt(sending)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Hear these topics, and what was retained on them. Lost with the connection. Raises DeviceError."""
        options = SubscribeOptions(qos=1, noLocal=True) if self._address.version == 5 else None
        asked = list(topics)
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            with_options = [(topic, options) for topic in some] if options else [(topic, 1) for topic in some]
            try:
                answers = await self._connected.subscribe(with_options)
            except (MqttError, ValueError) as error:
                raise DeviceError(f"The MQTT broker at {self._address} lets nothing be heard: {error}") from None
            for topic, answer in zip(some, answers, strict=False):
                code = answer.value if isinstance(answer, ReasonCode) else answer
                if isinstance(code, int) and code >= 128:
                    logger.warning("The MQTT broker does not let us hear %s. Allow it in its access list.", topic)

    async def unsubscribe(self, topics: Iterable[str]) -> None:
        """Hear these no longer. Raises DeviceError."""
        if asked := list(topics):
            try:
                await self._connected.unsubscribe(asked)
            except (MqttError, ValueError) as error:
                raise DeviceError(f"The MQTT broker at {self._address} does not answer: {error}") from None

    @property
    def _connected(self) -> Client:
        if self._client is None:
            raise DeviceError(self.problem)
        return self._client

    async def _connect_once(self) -> None:
        """Returns never: raises MqttError when the connection cannot be had or is lost."""
        client = self._made()
        # aiomqtt connects in a thread that cannot be stopped: what it opens must be closed.
        entering = asyncio.ensure_future(client.__aenter__())
        try:
            await asyncio.shield(entering)
        except asyncio.CancelledError:
            await asyncio.wait([entering])
            if entering.exception() is None:
                await client.__aexit__(None, None, None)
            raise
        error: BaseException | None = None
        gone = self._gone = asyncio.get_running_loop().create_future()
        try:
            logger.info("The MQTT broker at %s is connected.", self._address)
            self._client, self.problem = client, None
            self._mistrusted.clear()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._begin())
                tasks.create_task(self._doubt())
                heard = 0
                async for message in client.messages:
                    self._hear(message.topic.value, _bytes(message), message.retain)
                    heard += 1
                    # What waits is read without a pause otherwise: a turn would wait for all of it.
                    if heard % IN_A_ROW == 0:
                        await asyncio.sleep(0)
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._client = None
            gone.set_result(None)
            await client.__aexit__(type(error) if error else None, error, None)

    async def _begin(self) -> None:
        try:
            await self._greet()
        except DeviceError as error:
            raise MqttError(str(error)) from None

    async def _doubt(self) -> None:
        await self._mistrusted.wait()
        raise MqttError("it does not take messages")

    def _fail(self, problem: str) -> None:
        if problem != self.problem:
            logger.warning("%s", problem)
        self.problem = problem
        self._lost(problem)

    def _made(self) -> Client:
        address = self._address
        is_5 = address.version == 5
        properties = None
        if is_5:
            properties = _properties(PacketTypes.CONNECT)
            properties.MaximumPacketSize = LARGEST
        client = Client(
            address.host,
            address.port,
            username=address.user,
            password=address.password,
            identifier=self._identifier,
            protocol=ProtocolVersion.V5 if is_5 else ProtocolVersion.V311,
            clean_session=None if is_5 else True,
            properties=properties,
            will=Will(*self._will, qos=1, retain=True) if self._will else None,
            tls_context=_context(address.tls) if address.tls else None,
            timeout=TIMEOUT,
            keepalive=KEEP_ALIVE,
            queue_type=Backlog,
            socket_options=_SOCKET,
        )
        # A group of lights is many messages at once, and nothing to warn of.
        client.pending_calls_threshold = PENDING
        return client


class Backlog(asyncio.Queue[Message]):
    """Messages that were not read yet: of each topic only the newest, and not more than fit, the oldest dropped."""

    def _init(self, maxsize: int) -> None:
        self._queue: dict[str, Message] = {}
        self._bytes = 0

    def _put(self, item: Message) -> None:
        before = self._queue.get(item.topic.value)
        self._bytes += len(_bytes(item)) - (len(_bytes(before)) if before else 0)
        self._queue[item.topic.value] = item
        while len(self._queue) > 1 and (self._bytes > BACKLOG_BYTES or len(self._queue) > BACKLOG_TOPICS):
            self._get()

    def _get(self) -> Message:
        message = self._queue.pop(next(iter(self._queue)))
        self._bytes -= len(_bytes(message))
        return message


def _bytes(message: Message) -> bytes:
    return message.payload if isinstance(message.payload, bytes) else b""


def _context(tls: Tls) -> ssl.SSLContext:
    """Raises DeviceError for a file that cannot be read or is no certificate."""
    setting = "authority"
    try:
        context = ssl.create_default_context(cafile=tls.authority)
        setting = "certificate"
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key)
    except OSError as error:
        file = getattr(tls, setting)
        reason = "is no PEM file that fits" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"
        raise DeviceError(f"mqtt.tls.{setting} is {file}, which {reason}.") from None
    return context


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho has no types here


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _sentence(address: Address, error: BaseException) -> str:
    if isinstance(error, DeviceError):
        return str(error)
    code = error.rc if isinstance(error, MqttCodeError) else None
    if isinstance(code, ReasonCode):
        code = code.value
    elif isinstance(code, int):
        # MQTT 3 has numbers of its own for them.
        code = {1: OTHER_VERSION, 4: BAD_PASSWORD, 5: NOT_ALLOWED}.get(code)
    return trouble(str(address), address.user, code if isinstance(code, int) else None, str(error))
