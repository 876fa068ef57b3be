"""What can go wrong, and who is told.

Each error is named by who must act. Messages begin with the thing, name the value and say what to do.
"""


class AssistantError(Exception):
    """Base of all errors that Hearth raises on purpose."""


class ConfigError(AssistantError, ValueError):
    """The installer must mend the configuration. The program exits with status 78; systemd does not restart it."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        """Every problem that was found, a sentence each."""


class DeviceError(AssistantError, OSError):
    """Hardware failed or is missing: a microphone, a speaker, a pin. Reopened with back-off."""


class EngineError(AssistantError, RuntimeError):
    """An engine failed or cannot be loaded. This turn ends with an apology; the next begins."""


class ModelMissing(EngineError):
    """A model file is missing or altered. Its stage goes on with the embedded engine; the message says the remedy."""


class ModelError(AssistantError, RuntimeError):
    """Models cannot be fetched, imported or trusted. Whoever asked for it is told why; nothing half-done stays."""


class BadSlot(AssistantError, ValueError):
    """A value does not fit its slot. The message is spoken, so that the user can say it again."""


class LinkError(AssistantError, ConnectionError):
    """The other half of the assistant is gone or makes no sense. The running turn ends; it is connected again."""


class SkillError(AssistantError):
    """A skill cannot do what was asked. Its message is spoken, verbatim."""


class Unanswered(SkillError):
    """A question found no answer: nobody spoke, or the household changed its mind. Its message is spoken."""

    def __init__(self, message: str = "All right, I leave it.") -> None:
        super().__init__(message)


class SkillLoadError(AssistantError, ImportError):
    """A skill cannot be loaded. It is left out and listed with this message; the rest work."""


class ManifestError(AssistantError, ValueError):
    """The labels of an evaluation are wrong. Whoever wrote them is told every line that must be mended."""


def known_error(error: BaseException) -> AssistantError:
    """The error of ours in what was raised, perhaps by several tasks at once. Raises anything else again."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, AssistantError):
        return error
    raise error


class StoreError(AssistantError, OSError):
    """What is to be kept on the disk, or no longer, cannot be. Whoever runs the machine must act."""
