"""How `models plan` shows a plan."""

import dataclasses
from typing import Any

import click

from assistant.models.machine import KEPT
from assistant.models.planner import Plan


def as_data(plan: Plan) -> dict[str, Any]:
    """For programs."""
    found = dataclasses.asdict(plan)
    for written, profile in zip(found["profiles"], plan.profiles, strict=True):
        for row, turn in zip(written["turns"], profile.turns, strict=True):
            row["seconds"] = turn.seconds
    return found


def show(plan: Plan) -> None:
    """For people: what each step takes, and whether that was measured here or is modelled."""
    machine, speed = plan.machine, plan.speed
    clock = f" at {machine.clock:.1f} GHz" if machine.clock else ""
    click.echo(f"{machine.name}: {machine.cores} cores{clock}, {megabytes(machine.memory)} of memory.")
    click.echo(f"{megabytes(machine.free)} are free, {1 - KEPT:.0%} of which models may take.")
    click.echo(f"Measured, a core: {plan.probe.matmul:.1f} GFLOP/s multiplying, {plan.probe.copy:.1f} GB/s copying.")
    basis = "published figures of" if speed.known else "the measurement and figures of the nearest machine,"
    click.echo(f"Modelled times come from {basis} {speed.basis}, for {speed.threads} threads.")
    for profile in plan.profiles:
        fit = "fits" if profile.fits else "does not fit"
        disk = f"{megabytes(profile.disk)} of disk" if profile.disk else "no model files"
        click.echo(f"\n{profile.name}: {disk}, {megabytes(profile.memory)} of memory, which {fit}.")
        for turn in profile.turns:
            power = "" if turn.joules is None else f"; {turn.joules:.1f} J (modelled)"
            click.echo(
                f"  {turn.seconds:6.2f} s  {turn.name}, from the last word to the first sound of the answer{power}"
            )
            for step in turn.steps:
                click.echo(f"    {step.seconds:6.3f} s  {step.name} ({step.how})")
        if profile.prepare:
            click.echo(
                f"  {profile.prepare:6.0f} s  in the background, once and when devices or skills change (modelled)"
            )
    if plan.instead:
        click.echo("\nAny other words with another language model (modelled):")
    for name, seconds in plan.instead.items():
        click.echo(f"  {seconds:6.2f} s  {name}")
    click.echo(f"\nRecommended: {plan.profile} with {speed.threads} threads; {plan.reason}.")


def megabytes(count: int) -> str:
    """A size for people."""
    return f"{count / 1e6:,.0f} MB" if count >= 500_000 else f"{count / 1e3:,.0f} kB"
