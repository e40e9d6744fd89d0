"""Names from a vision-language model: closed questions about tight crops, and only where tracking cannot know.

`doubts.doubts` says what is unclear in a reading, `plan.plan` cuts it out and puts it on numbered sheets (both pure), `Namer`
asks, and `merge.merge` makes one reading of what tracking and the model see (pure again). Without a server everything works,
only less is named.

What is exported here asks, and does without OpenCV: the service's own process has no use for that.
"""

from .answers import Answer, BadAnswer
from .breaker import Breaker
from .errors import Code, VlmError
from .models import Model, successors
from .namer import Availability, Namer, Respondent
from .questions import Kind, Question, Subject
from .report import AI_TASK, VLM, Named, Report, Status
from .server import Budgets, OllamaServer, Progress
from .spent import Spent
from .tokens import Patches

__all__ = [
    "AI_TASK",
    "VLM",
    "Answer",
    "Availability",
    "BadAnswer",
    "Breaker",
    "Budgets",
    "Code",
    "Kind",
    "Model",
    "Named",
    "Namer",
    "OllamaServer",
    "Patches",
    "Progress",
    "Question",
    "Report",
    "Respondent",
    "Spent",
    "Status",
    "Subject",
    "VlmError",
    "successors",
]
