"""The keys of summaries."""

from enum import Enum, auto


class FalsifyConst(Enum):
    """What is told of a graph, and by which method."""

    N_VIOLATIONS = auto()
    N_TESTS = auto()
    P_VALUE = auto()
    P_VALUES = auto()
    GIVEN_VIOLATIONS = auto()
    PERM_VIOLATIONS = auto()
    PERM_GRAPHS = auto()
    F_GIVEN_VIOLATIONS = auto()
    F_PERM_VIOLATIONS = auto()
    LOCAL_VIOLATION_INSIGHT = auto()
    METHOD = auto()
    VALIDATE_LMC = auto()
    VALIDATE_TPA = auto()
    VALIDATE_PD = auto()
    VALIDATE_CM = auto()
