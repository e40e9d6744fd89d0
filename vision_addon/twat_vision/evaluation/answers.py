"""A player who answers the questions of a reading truthfully, and what the reading is then.

The player may only choose among the options of each question, in the order they are asked; where none is true, the one that
comes nearest to the truth.
"""

from twat_vision.pipeline.types import AnalysisResult, Move, Question

from .judge import Judge


def answered(result: AnalysisResult, judge: Judge) -> tuple[Move, ...]:
    """The moves of a result once its questions have been answered."""
    moves = result.moves
    for question in result.questions:
        readings = [_chosen(moves, question, n) for n in range(len(question.outcomes))]
        # The first of equally good ones: what was read stands unless another option is better.
        moves = min(readings, key=judge.wrongness, default=moves)
    return moves


def _chosen(moves: tuple[Move, ...], question: Question, option: int) -> tuple[Move, ...]:
    """The moves after an option was chosen: what it differs in from the reading is changed."""
    read = {_what(m) for m in question.outcomes[0]}
    stands = {_what(m) for m in question.outcomes[option]}
    kept = [m for m in moves if _what(m) not in read - stands]
    known = {_what(m) for m in kept}
    new = [m for m in question.outcomes[option] if _what(m) not in read | known]
    return (*kept, *new)


def _what(move: Move) -> tuple[object, ...]:
    """What makes two moves the same, however sure each is."""
    ends = (move.from_space, move.to_space, move.from_position, move.to_position)
    return (move.kind, move.color, move.captured, *ends)
