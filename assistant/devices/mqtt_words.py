"""The words of Home Assistant's MQTT discovery: its abbreviations, and as much of its templates as needs no code."""

import re
from collections.abc import Mapping

from assistant.devices.mqtt_values import Path

ABBREVIATIONS: Mapping[str, str] = {
    "avty": "availability", "avty_mode": "availability_mode", "avty_t": "availability_topic",
    "avty_tpl": "availability_template", "bri_cmd_t": "brightness_command_topic", "bri_scl": "brightness_scale",
    "bri_stat_t": "brightness_state_topic", "bri_val_tpl": "brightness_value_template",
    "clr_temp_cmd_t": "color_temp_command_topic", "clr_temp_stat_t": "color_temp_state_topic",
    "clr_temp_val_tpl": "color_temp_value_template", "clr_temp_k": "color_temp_kelvin", "clrm": "color_mode",
    "cmd_t": "command_topic", "cmd_tpl": "command_template", "cmps": "components", "cu": "configuration_url",
    "curr_temp_t": "current_temperature_topic", "curr_temp_tpl": "current_temperature_template",
    "dev": "device", "dev_cla": "device_class", "e": "enabled_by_default", "ent_cat": "entity_category",
    "mode_cmd_t": "mode_command_topic", "mode_cmd_tpl": "mode_command_template", "mode_stat_t": "mode_state_topic",
    "mode_stat_tpl": "mode_state_template", "o": "origin", "obj_id": "object_id", "p": "platform",
    "pct_cmd_t": "percentage_command_topic", "pct_cmd_tpl": "percentage_command_template",
    "pct_stat_t": "percentage_state_topic", "pct_val_tpl": "percentage_value_template", "pl": "payload",
    "pl_avail": "payload_available", "pl_cls": "payload_close", "pl_lock": "payload_lock",
    "pl_not_avail": "payload_not_available", "pl_off": "payload_off", "pl_on": "payload_on",
    "pl_open": "payload_open", "pl_prs": "payload_press", "pl_stop": "payload_stop", "pl_unlk": "payload_unlock",
    "pos_clsd": "position_closed", "pos_open": "position_open", "pos_t": "position_topic",
    "pos_tpl": "position_template", "rgb_cmd_t": "rgb_command_topic", "rgb_stat_t": "rgb_state_topic",
    "rgb_val_tpl": "rgb_value_template", "rgb_cmd_tpl": "rgb_command_template", "schema": "schema",
    "set_pos_t": "set_position_topic", "set_pos_tpl": "set_position_template", "spd_rng_max": "speed_range_max",
    "spd_rng_min": "speed_range_min", "stat_clsd": "state_closed", "stat_closing": "state_closing",
    "stat_locked": "state_locked", "stat_off": "state_off", "stat_on": "state_on", "stat_open": "state_open",
    "stat_opening": "state_opening", "stat_stopped": "state_stopped", "stat_t": "state_topic",
    "stat_unlocked": "state_unlocked", "stat_val_tpl": "state_value_template", "sup_clrm": "supported_color_modes",
    "t": "topic", "temp_cmd_t": "temperature_command_topic", "temp_cmd_tpl": "temperature_command_template",
    "temp_stat_t": "temperature_state_topic", "temp_stat_tpl": "temperature_state_template",
    "temp_unit": "temperature_unit", "uniq_id": "unique_id", "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}  # fmt: skip
"""What stands for what in the description of an entity, as far as it is read here."""

OF_DEVICE: Mapping[str, str] = {
    "cns": "connections", "ids": "identifiers", "mdl": "model", "mf": "manufacturer", "sa": "suggested_area",
    "sw": "sw_version",
}  # fmt: skip

DEEPEST = 8

_STEPS = r"""(?:\.\w+|\[\s*(?:'[^']*'|"[^"]*"|\d{1,6})\s*\])*"""
# These filters change how a value is written and not what it is.
_FILTERS = r"""(?:\|\s*(?:float|int|string|is_defined|round|default|lower|upper|trim)\s*(?:\([^(){}]*\))?\s*)*"""
_VALUE = re.compile(rf"\s*\{{\{{-?\s*(value|value_json)({_STEPS})\s*{_FILTERS}-?\}}\}}\s*")
_STEP = re.compile(r"""\.(\w+)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""")


def expanded(value: object, words: Mapping[str, str] = ABBREVIATIONS, base: str = "", depth: int = 0) -> object:
    """A description with its abbreviations written out and `~` in topics replaced. Raises ValueError."""
    if depth > DEEPEST:
        raise ValueError("is nested too deeply")
    if isinstance(value, list):
        return [expanded(one, words, base, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    base = str(value.get("~", base))
    result: dict[str, object] = {}
    for key, one in value.items():
        name = words.get(key, key)
        below = {**OF_DEVICE} if name == "device" else words
        if isinstance(one, str) and name.endswith("topic") and base:
            one = base + one[1:] if one.startswith("~") else one[:-1] + base if one.endswith("~") else one  # noqa: PLW2901
        result[name] = expanded(one, below, base, depth + 1)
    result.pop("~", None)
    return result


def path_of(template: object) -> Path:
    """Where the value is that a template takes from a payload. Raises ValueError for one that does more than that."""
    if template in (None, ""):
        return ()
    match = _VALUE.fullmatch(template) if isinstance(template, str) and len(template) < 500 else None
    if match is None or (match[1] == "value" and match[2]):
        raise ValueError("has a template that needs code")
    steps = [(name or quoted or double, index) for name, quoted, double, index in _STEP.findall(match[2])]
    return tuple(int(index) if index else name for name, index in steps)


def payload_of(template: object) -> str:
    """A template of a payload, with `{value}` for the value. Raises ValueError for one that does more."""
    if template in (None, ""):
        return "{value}"
    text = re.sub(r"\{\{-?\s*value\s*(?:\|\s*(?:int|float|string)\s*)?-?\}\}", "\0", str(template))
    if any(mark in text for mark in ("{{", "{%", "{#", "{value}")) or text.count("\0") != 1:
        raise ValueError("has a template that needs code")
    return text.replace("\0", "{value}")
