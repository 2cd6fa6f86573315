"""Dependence analysis: which iterations of a nest must keep their order, and why.

    analysis = analyse(nest)                     # once, from the source alone
    graph = analysis.at(bounds, arrays)          # with live bounds and addresses; remembered
    graph.loops                                  # a verdict for each loop
    graph.pairs                                  # each pair: dependence or independence, with its proof

    Outermost(nest).carried(bounds, arrays)      # a dependence that the outermost loop carries, for a tenth of the time

A verdict of independence is a proof.  It rests on what the rest of the system checks before or
while a kernel runs: subscripts are within bounds, and the integer arithmetic in them does not
overflow.
"""

from alpyna_hook.dependence.effects import Callee
from alpyna_hook.dependence.facts import ArrayFacts, Contents
from alpyna_hook.dependence.graph import Dependence, DependenceGraph, Independent
from alpyna_hook.dependence.outermost import Outermost
from alpyna_hook.dependence.proof import Proof
from alpyna_hook.dependence.staging import NestAnalysis, TooLarge, analyse
from alpyna_hook.dependence.verdict import LoopVerdict

__all__ = [
    "ArrayFacts", "Callee", "Contents", "Dependence", "DependenceGraph", "Independent", "LoopVerdict", "NestAnalysis", "Outermost",
    "Proof", "TooLarge", "analyse",
]
