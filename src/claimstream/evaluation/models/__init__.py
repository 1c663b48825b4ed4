"""Models to hold the pipeline against: one that reads rightly, and three that do not (``docs/evaluation.md``).

Each answers requests to the local Claude server, so everything between a stage and the answer is the real thing.
"""

from collections.abc import Callable

from claimstream.domain.records.world import World
from claimstream.evaluation.case import Case
from claimstream.evaluation.model_name import ModelName
from claimstream.evaluation.models.liar import Liar
from claimstream.evaluation.models.model import Model
from claimstream.evaluation.models.right import Right
from claimstream.evaluation.models.under_reader import UnderReader

_MODELS: dict[ModelName, Callable[[Case, World], Model]] = {
    ModelName.RIGHT: Right,
    ModelName.LIAR: Liar,
    ModelName.UNDERREADS: UnderReader,
    ModelName.SILENT: Model,
}


def make_model(name: ModelName, case: Case, world: World) -> Model:
    """Return the model that answers for one case."""
    return _MODELS[name](case, world)
