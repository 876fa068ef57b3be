"""Proof that this process cannot reach any network: it tries, and the kernel refuses.

The kernel's refusal is tried, not read from a setting: a filter that could not be installed fails open and says nothing
(`PrivateNetwork=` and `IPAddressDeny=` of systemd.exec(5) "have no effect" where the kernel lacks what they need).
"""

import errno
import socket
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ConfigError

FAMILIES = ("AF_INET", "AF_INET6", "AF_PACKET", "AF_NETLINK")
"""What could carry a byte away from here: IPv4, IPv6, raw frames, and the kernel's own network controls."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """To open one kind of socket."""

    family: str
    refused: bool
    how: str


def attempts() -> list[Attempt]:
    """Try each kind of socket that could leave this machine."""
    return [_attempt(family) for family in FAMILIES]


def _attempt(family: str) -> Attempt:
    kind = socket.SOCK_RAW if family in ("AF_PACKET", "AF_NETLINK") else socket.SOCK_STREAM
    try:
        socket.socket(getattr(socket, family), kind).close()
    except OSError as error:
        # Lacking a privilege is not proof: a process that gains it gets the socket.
        return Attempt(family, error.errno == errno.EAFNOSUPPORT, str(error.strerror))
    return Attempt(family, False, "a socket was opened")


def prove() -> str:
    """A sentence that says what was tried. Raises ConfigError where anything but a refusal came of it."""
    tried = attempts()
    if open_ := [each for each in tried if not each.refused]:
        found = ", ".join(f"{each.family}: {each.how}" for each in open_)
        raise ConfigError(
            f"What hears must not reach a network, but it can ({found}). The microphone stays closed. Start it by its "
            "service, which forbids that: sudo systemctl start assistant. Without a service: assistant run."
        )
    return f"{', '.join(each.family for each in tried)}: all refused ({tried[0].how})."


def seen_from_outside(pid: int, proc: Path = Path("/proc")) -> list[tuple[bool, str]]:
    """What the kernel says of another process: whether each line is as it should be, and the line.

    Raises ConfigError where the process is gone or belongs to somebody else.
    """
    own = proc / str(pid)
    try:
        status = dict(line.split(":", 1) for line in (own / "status").read_text().splitlines())
        apart = (own / "ns/net").readlink() != (proc / "1/ns/net").readlink()
        interfaces = [line.split(":")[0].strip() for line in (own / "net/dev").read_text().splitlines()[2:]]
        ends = {kind: len((own / "net" / kind).read_text().splitlines()) - 1 for kind in ("tcp", "udp")}
    except OSError as error:
        raise ConfigError(
            f"Process {pid} cannot be looked at: {error.strerror}. Is it running, and are you root?"
        ) from error
    return [
        (status.get("Seccomp", "").strip() == "2", "The kernel filters its system calls."),
        (status.get("NoNewPrivs", "").strip() == "1", "It can gain no privilege."),
        (apart, "It has a network of its own, not the machine's."),
        (set(interfaces) <= {"lo"}, f"The interfaces in that network: {', '.join(interfaces) or 'none'}."),
        (not any(ends.values()), f"Connections in it: {sum(ends.values())}."),
    ]
