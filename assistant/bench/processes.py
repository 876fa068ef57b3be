"""What this process and its children take: memory and processor time, as Linux counts them."""

import os
import re
import time
from pathlib import Path


def family(pid: int | None = None) -> list[int]:
    """A process, this one unless told, and all that it started and they."""
    found, todo = list[int](), [pid or os.getpid()]
    while todo:
        found.append(todo.pop())
        for task in Path(f"/proc/{found[-1]}").glob("task/*"):
            todo += map(int, _text(task / "children").split())
    return found


def memory(pid: int | None = None, *, peak: bool = False) -> dict[str, float]:
    """Megabytes that a process and its children have resident, by their names, or had at most since `forget_peaks`.

    Pages that several share are counted in each. What is gone by now is left out.
    """
    found: dict[str, float] = {}
    for each in family(pid):
        told = re.search(rf"^Vm{'HWM' if peak else 'RSS'}:\s+(\d+)", _text(Path(f"/proc/{each}/status")), re.M)
        if told:
            name = _name(each)
            found[name] = round(found.get(name, 0.0) + int(told[1]) / 1024, 1)
    return found


def forget_peaks() -> bool:
    """Begin anew to note the peak of memory of this process and its children. False where the kernel cannot."""
    try:
        for each in family():
            Path(f"/proc/{each}/clear_refs").write_text("5")
    except FileNotFoundError:  # a child has ended meanwhile
        return Path("/proc/self/clear_refs").exists()
    except OSError:
        return False
    return True


def processor_seconds() -> float:
    """Of this process, of the children that it waited for, and of those that run."""
    times = os.times()
    total = time.process_time() + times.children_user + times.children_system
    for child in family()[1:]:
        fields = _text(Path(f"/proc/{child}/stat")).rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if len(fields) > 12 else 0.0
    return total


def _name(pid: int) -> str:
    """`assistant` for this process; others by the module that they run, or the program."""
    if pid == os.getpid():
        return "assistant"
    words = _text(Path(f"/proc/{pid}/cmdline")).split("\0")
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1].rpartition(".")[2]
    return _text(Path(f"/proc/{pid}/comm")) or "unknown"


def _text(file: Path) -> str:
    """Of a process that may be gone by now."""
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
