"""A run of `assistant bench` as one HTML page that needs nothing else: tables, and plots to look at."""

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from assistant.bench import plots, told
from assistant.bench.compare import Change

STYLE = """
:root { --ink: #1d2730; --soft: #66727c; --line: #dde3e8; --back: #fff; --card: #f6f8fa; --main: #2a6f97;
  --warm: #d1495b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #97a3ae; --line: #323b44; --back: #14191e; --card: #1c2329; --main: #6cb6e0;
    --warm: #f08a96; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 2rem auto;
  max-width: 840px; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); } .warn { color: var(--warm); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 1.2rem 0; }
.figures div { background: var(--card); border-radius: 8px; padding: 10px 14px; }
.figures b { display: block; font-size: 1.35rem; } .figures span { color: var(--soft); font-size: .85rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); }
th:first-child, td.text { text-align: left; } th { color: var(--soft); font-weight: 500; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .name { text-anchor: end; } svg .axis { text-anchor: middle; fill: var(--soft); }
svg .left { text-anchor: end; fill: var(--soft); } svg .value { fill: var(--soft); }
.bar, .mark { fill: var(--main); } rect.part { fill: var(--main); opacity: .4; }
svg .name.part { fill: var(--soft); } .span { fill: var(--card); } .span.other { fill: none; }
.dot { fill: var(--main); opacity: .35; } .grid { stroke: var(--line); }
.median { stroke: var(--ink); stroke-width: 2.5; } .p90 { stroke: var(--warm); stroke-width: 2; }
.line { fill: none; stroke: var(--main); stroke-width: 2; } .line1 { stroke: var(--warm); }
.line2 { stroke: var(--soft); }
.interval { stroke: var(--main); stroke-width: 2; opacity: .5; }
""".strip()


def page(run: Mapping[str, Any], compared: Sequence[Change] = (), differences: Sequence[str] = ()) -> str:
    """The whole page."""
    parts = [
        "<h1>Hearth on this machine</h1>",
        _subtitle(run),
        *_warnings(run),
        _figures(run),
        *_compared(compared, differences),
        *_section("A turn, stage by stage", _waterfall(run)),
        *_section("How long each stage takes", _stages(run)),
        *_section("How much each engine gets done", _throughput(run)),
        *_section("How often it understands", _accuracy(run)),
        *_section("Memory over time", _memory(run)),
        *_section("Energy and temperature", _paragraphs([*told.energy(run), *told.thermal(run)])),
        *_section("Answers on record", _drift(run)),
        *_section("What was measured", _about(run)),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Hearth on this machine</title><style>\n{STYLE}\n</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>\n"
    )


def _subtitle(run: Mapping[str, Any]) -> str:
    machine = run.get("machine", {})
    told = (
        f"{machine.get('name', 'unknown')}, {machine.get('cores', '?')} cores · profile {run.get('profile')} · "
        f"Hearth {run.get('version')} · {run.get('at', '')}"
    )
    return f'<p class="soft">{escape(told)}</p>'


def _warnings(run: Mapping[str, Any]) -> Iterable[str]:
    if run.get("problem"):
        yield f'<p class="warn">This run failed: {escape(run["problem"])}</p>'
    elif not run.get("complete"):
        yield '<p class="warn">This run was interrupted.</p>'
    if not run.get("complete"):
        yield '<p class="warn">What follows is what had been measured until then.</p>'
    for problem in told.problems(run):
        yield f'<p class="warn">{escape(problem)}</p>'


def _figures(run: Mapping[str, Any]) -> str:
    found: list[tuple[str, str]] = []
    if turn := run["ms"].get("turn"):
        found.append((f"{plots.short(turn['p50'])} ms", "end of speech → answer known, median"))
        found.append((f"{plots.short(turn['p99'])} ms", "the same, 99 of 100"))
    if speak := run["ms"].get("speak, first sound"):
        found.append((f"{plots.short(speak['p50'])} ms", "until the answer is heard, median"))
    if peak := run.get("memory_mb", {}).get("peak"):
        found.append((f"{peak:.0f} MB", "memory at its peak"))
    if clean := run.get("accuracy", {}).get("clean"):
        found.append((f"{clean['value']:.1%}", f"understood, of {clean['n']} commands in quiet"))
    if (idle := run.get("idle_cpu_s_per_hour")) is not None:
        found.append((f"{idle:.0f} s", "of processor time in an idle hour"))
    return (
        '<div class="figures">' + "".join(f"<div><b>{a}</b><span>{escape(b)}</span></div>" for a, b in found) + "</div>"
    )


def _compared(compared: Sequence[Change], differences: Sequence[str]) -> Iterable[str]:
    if not compared:
        return
    rows = [
        (f"{each.what}, {each.unit}", plots.short(each.before), plots.short(each.now), each.told, each.verdict)
        for each in compared
    ]
    also = f"<p class='soft'>Also different: {escape('; '.join(differences))}.</p>" if differences else ""
    yield from _section("Beside the earlier run", _table(("", "before", "now", "change (95 %)", ""), rows) + also)


def _waterfall(run: Mapping[str, Any]) -> str:
    turns = sorted((turn for turn in run.get("turns", ()) if turn["ms"]), key=lambda turn: turn["seconds"])
    if not turns:
        return ""
    shown = [("The median turn", turns[len(turns) // 2])]
    if len(turns) > 2:
        shown.append(("The slowest", turns[-1]))
    parts = []
    voice = {"first sound": row["p50"]} if (row := run["ms"].get("speak, first sound")) else {}
    for what, turn in shown:
        plot = plots.waterfall({**turn["ms"], **voice}, turn.get("attempts", ()))
        parts.append(f"<p>{what}: “{escape(turn['said'])}”</p>{plot}")
    brief, whole = run.get("silence_s", (0.0, 0.0))
    before = f", which {brief:g} s of silence show if it is surely whole, and else {whole:g} s" if whole else ""
    note = f"From the end of the command{before}, to the answer. The first sound of it is the typical one."
    return "".join(parts) + f'<p class="soft">{note}</p>'


def _stages(run: Mapping[str, Any]) -> str:
    if not run["ms"]:
        return ""
    figures = ("p50", "p90", "p99", "max")
    rows = [(name, str(row["n"]), *(plots.short(row[each]) for each in figures)) for name, row in run["ms"].items()]
    plot = plots.distributions({name: row["values"] for name, row in run["ms"].items()})
    note = '<p class="soft">Dots are measurements, the dark line their median, the red one the 90th percentile.</p>'
    return plot + note + _table(("milliseconds", "n", *figures), rows)


def _throughput(run: Mapping[str, Any]) -> str:
    return _table(("", "n", "median", "worst", ""), told.throughput(run)) if run.get("throughput") else ""


def _accuracy(run: Mapping[str, Any]) -> str:
    found = run.get("accuracy", {})
    rows = {name: (row["value"], row["low"], row["high"]) for name, row in found.items() if name != "false_acceptance"}
    if not rows:
        return ""
    return plots.by_noise(rows) + _paragraphs(told.accuracy(run))


def _memory(run: Mapping[str, Any]) -> str:
    found = run.get("memory_mb", {})
    if not found.get("over_time"):
        return ""
    names = list(found["processes"])
    rows = [
        (stage, *(plots.short(most[name]) if name in most else "–" for name in names))
        for stage, most in found["stages"].items()
    ]
    plot = plots.over_time(found["over_time"], found["spans"], "MB")
    return plot + _table(("most in each stage, MB", *names), rows) + _paragraphs(told.memory(run))


def _drift(run: Mapping[str, Any]) -> str:
    drift = run.get("drift")
    if not drift:
        return ""
    if "problem" in drift:
        return f'<p class="warn">{escape(drift["problem"])}</p>'
    if drift["first"]:
        return "<p>There was no record of what the models answer; this run is it.</p>"
    since = (
        f" Since then: {escape(drift['since'])}." if drift["since"] else " Models and libraries are the same as then."
    )
    told = f"<p>{len(drift['changed'])} of {drift['compared']} answers differ from those on record.{since}</p>"
    return told + (_table(("asked", "then", "now"), drift["changed"]) if drift["changed"] else "")


def _about(run: Mapping[str, Any]) -> str:
    return _table(("", ""), told.machine(run))


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _section(title: str, content: str) -> Iterable[str]:
    if content:
        yield f"<h2>{escape(title)}</h2>\n{content}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(text: str) -> str:
    """Figures stand at the right, words at the left."""
    kind = "" if re.match(r"[-+–]?[\d.,]*$", text) else ' class="text"'
    return f"<td{kind}>{escape(text)}</td>"
