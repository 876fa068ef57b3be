"""A run in sentences: what is no table and no plot."""

from collections.abc import Mapping
from typing import Any

from assistant.bench.plots import short


def throughput(run: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Rows: the engine, how often, the median, the worst, and of what."""
    rows = []
    for name, row in run.get("throughput", {}).items():
        unit = row["unit"]
        worst = min(row["values"]) if unit == "tokens/s" else row["max"]
        meaning = {
            "s/s": f"s for each s of sound: {1 / max(row['p50'], 1e-9):,.0f} × real time",
            "s": "s of processor time",
        }.get(unit, unit)
        rows.append((name, str(row["n"]), short(row["p50"]), short(worst), meaning))
    return rows


def lines(run: Mapping[str, Any]) -> list[str]:
    """All of it."""
    return [*memory(run), *energy(run), *thermal(run), *accuracy(run), *drift(run), *problems(run)]


def memory(run: Mapping[str, Any]) -> list[str]:
    """Memory, disk and an idle hour."""
    found, told = run.get("memory_mb", {}), []
    if found.get("processes"):
        each = ", ".join(f"{name} {most:.0f} MB" for name, most in found["processes"].items())
        told.append(f"Memory: {found['peak']:.0f} MB at its peak. At most by process: {each}.")
    if found.get("stages"):
        each = ", ".join(f"{stage} {sum(most.values()):.0f} MB" for stage, most in found["stages"].items())
        told.append(f"Memory at most by stage: {each}.")
    if disk := run.get("disk_mb"):
        told.append(f"Disk: {', '.join(f'{name} {short(size)} MB' for name, size in disk.items())}.")
    if "idle_cpu_s_per_hour" in run:
        told.append(f"An idle hour: {run['idle_cpu_s_per_hour']:.0f} s of processor time.")
    return told


def machine(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What it ran on: names and values."""
    found = dict(run.get("machine", {}))
    units = {"memory": "MB", "free": "MB"}
    rows = [
        (name.replace("_", " "), f"{value / 1e6:,.0f} {units[name]}" if name in units else str(value))
        for name, value in found.items()
        if value not in (0.0, None)
    ]
    return [*rows, *((name, str(version)) for name, version in run.get("libraries", {}).items())]


def energy(run: Mapping[str, Any]) -> list[str]:
    """Of a turn: measured, modelled, or unavailable."""
    found = run.get("energy_of_turns")
    if not found:
        return []
    if "joules_per_turn" not in found:
        return [f"Energy of a turn: {found['how']}."]
    kind = "modelled" if found["modelled"] else "measured"
    return [f"Energy of a turn, {kind}: {found['joules_per_turn']} J ({found['how'].removeprefix('modelled: ')})."]


def thermal(run: Mapping[str, Any]) -> list[str]:
    """Temperature and throttling, before and after."""
    told = []
    found = run.get("thermal", {})
    for when in ("before", "after"):
        if state := found.get(when):
            warm = "no sensor" if state["celsius"] is None else f"{state['celsius']:.1f} °C"
            held = state["throttled"]
            slowed = "nothing tells of throttling" if held is None else ", ".join(held) or "not throttled"
            told.append(f"Temperature {when}: {warm}; {slowed}.")
    if found.get("hottest") is not None:
        told.append(f"Temperature at most: {found['hottest']:.1f} °C.")
    return told


def accuracy(run: Mapping[str, Any]) -> list[str]:
    """Accepted and wrongly accepted, with intervals."""
    told = []
    for name, row in run.get("accuracy", {}).items():
        what = "Wrongly accepted" if name == "false_acceptance" else f"Accepted, {name}"
        f1 = f", slot F1 {row['slot_f1']:.3f}" if row.get("slot_f1") is not None else ""
        told.append(f"{what}: {row['value']:.1%} of {row['n']} (95 %: {row['low']:.1%} to {row['high']:.1%}){f1}.")
    return told


def drift(run: Mapping[str, Any]) -> list[str]:
    """Whether the engines answer as on record."""
    found = run.get("drift")
    if not found:
        return []
    if "problem" in found:
        return [f"Answers on record: {found['problem']}."]
    if found["first"]:
        return ["Answers on record: none before; these are."]
    since = f" since {found['since']}" if found["since"] else "; models and libraries are the same"
    return [f"Answers on record: {len(found['changed'])} of {found['compared']} differ{since}."]


def problems(run: Mapping[str, Any]) -> list[str]:
    """What was left out, recordings and engines."""
    told = [f"Left out: {problem}" for problem in run.get("unreadable", ())]
    told += [f"{engine} is left out: {problem}" for engine, problem in run.get("left_out", {}).items()]
    if "language_model" in run:
        told.append(f"Language model: {run['language_model']}")
    return told
