"""What the answers make of a reading: tracking and model must agree, and where they do not the players are asked.

Both are taken for independent witnesses. Where tracking says something with probability p and the model the same with q, they
are right together with p·q / (p·q + (1 - p)(1 - q)); where the model contradicts, tracking's probability falls to
p(1 - q) / (p(1 - q) + (1 - p)q).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import math

from twat_vision.pipeline.state import Names
from twat_vision.pipeline.summary import describe, summarise
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    AreaReading,
    DetectedPiece,
    Move,
    MoveKind,
    Point,
    Question as PlayerQuestion,
    Surface,
    WarningCode,
)

from .answers import Answer
from .doubts import UNKNOWN
from .questions import EMPTY, UNSURE, Choice
from .report import VLM, Named


@dataclass(frozen=True, slots=True)
class Merged:
    """The reading with the answers in it, and what was said about each place."""

    result: AnalysisResult
    named: tuple[Named, ...]


def merge(
    request: AnalysisRequest,
    result: AnalysisResult,
    answers: Sequence[Answer],
    source: str = VLM,
) -> Merged:
    """Put answers into a reading.

    Args:
        request: The analysis.
        result: What tracking made of it.
        answers: To the questions that `plan` made of it.
        source: Whose answers they are, as results call it: "vlm" or "ai_task".

    Returns:
        Pieces and moves with types, sources and new confidences; questions for the players where model and tracking contradict
        each other or neither is sure; readings of marked areas.
    """
    merger = _Merger(request, result, {answer.subject.key: answer for answer in answers}, source)
    seen = result.detected_pieces
    # What was asked about the first of like pieces at one place is the answer for all of them.
    pieces = tuple(merger.piece(seen.index(piece), piece) for piece in seen)
    moves = tuple(merger.move(i, m) for i, m in enumerate(result.moves))
    if result.moves:
        pieces = _renamed(pieces, result.moves, moves)
    confidence = _overall(result, pieces, moves) if merger.named else result.confidence
    settled = merger.settled
    left = [q for q in result.questions if q not in settled]
    questions = tuple(dict.fromkeys((*left, *merger.questions)))
    warnings = tuple(
        w
        for w in result.warnings
        if w not in (WarningCode.NAMES_PENDING, WarningCode.NAMES_UNAVAILABLE)
    )
    readings = tuple(merger.readings())
    return Merged(
        replace(
            result,
            detected_pieces=pieces,
            moves=moves,
            questions=questions,
            warnings=warnings,
            confidence=confidence,
            summary=summarise(moves, merger.names) if moves else result.summary,
            readings=readings,
        ),
        tuple(merger.named),
    )


def agreed(p: float, q: float) -> float:
    """Probability of what two independent witnesses both say."""
    both, neither = p * q, (1 - p) * (1 - q)
    return both / (both + neither) if both + neither else 0.0


def contradicted(p: float, q: float) -> float:
    """Probability of what one witness says (p) and another one denies (q)."""
    return agreed(p, 1 - q)


class _Merger:
    """Collects what follows from the answers."""

    def __init__(
        self,
        request: AnalysisRequest,
        result: AnalysisResult,
        answers: Mapping[str, Answer],
        source: str,
    ) -> None:
        self.names = Names.of(request)
        self.questions: list[PlayerQuestion] = []
        self.settled: list[PlayerQuestion] = []
        self.named: list[Named] = []
        self._request = request
        self._result = result
        self._answers = answers
        self._source = source
        self._sure = request.thresholds.confidence

    def readings(self) -> list[AreaReading]:
        """The numbers in the marked areas."""
        found = []
        for area in self._request.areas:
            answer = self._answers.get(f"area:{area.id}")
            if answer is None:
                continue
            value = answer.value if isinstance(answer.value, int) else None
            confidence = answer.confidence or 0.0
            self.named.append(Named(area.name, answer.value, confidence, None))
            found.append(AreaReading(area.id, value, confidence, self._source))
        return found

    def piece(self, index: int, piece: DetectedPiece) -> DetectedPiece:
        """A piece of a first photo that was looked at."""
        answer = self._answers.get(f"piece:{index}")
        if answer is None:
            return piece
        q = answer.confidence or 0.0
        place = self._place(piece.space, piece.position)
        choice = _choice(answer)
        agrees = self._agrees(answer, choice, piece.type, piece.color)
        self.named.append(Named(place, answer.value, q, agrees))
        if choice is None:
            if answer.value == EMPTY:
                return self._denied(piece, place, q)
            # A description helps the players, who name the piece.
            if not answer.subject.choices and answer.value != UNSURE:
                self._ask(f"What is on {place}? It looks like: {answer.value}.", piece.space, ())
            return piece
        if piece.type not in (UNKNOWN, choice.type):
            # The start position knows better, but somebody has to look.
            text = f"Is there really {self._who(piece)} on {place}? It looks like {choice.text}."
            options = (self._who(piece), choice.text)
            self._ask(text, piece.space, options)
            return replace(piece, confidence=contradicted(piece.confidence, q))
        if not agrees:
            text = f"Which piece is on {place}? Its colour looks {piece.color}, its shape like {choice.text}."
            self._ask(text, piece.space, self._options(choice, piece.color, answer))
            return replace(piece, type=choice.type, confidence=contradicted(piece.confidence, q), source=self._source)  # fmt: skip
        if piece.type == choice.type:
            return replace(piece, confidence=agreed(piece.confidence, q), source="both")
        sure = piece.confidence * q
        if q < self._sure:
            text = f"Which {piece.color or ''} piece is on {place}?".replace("  ", " ")
            self._ask(text, piece.space, self._options(choice, piece.color, answer))
        return replace(piece, type=choice.type, confidence=sure, source=self._source)

    def _denied(self, piece: DetectedPiece, place: str, q: float) -> DetectedPiece:
        """Tracking sees a piece where the model sees none."""
        options = (f"a {piece.color or ''} piece".replace("  ", " "), EMPTY)
        self._ask(f"Is there a piece on {place}?", piece.space, options)
        return replace(piece, confidence=contradicted(piece.confidence, q))

    def move(self, index: int, move: Move) -> Move:
        """A move whose ends were looked at."""
        ends = [self._answers.get(f"{end}:{index}") for end in ("to", "from")]
        if ends == [None, None]:
            return move
        was = move
        to, origin = ends
        if origin is not None:
            move = self._left(move, origin)
        if to is not None:
            move = self._reached(move, to)
        asked = [q for q in self._result.questions if _is_about(q, was, self.names)]
        if was.confidence < self._sure <= move.confidence:
            self.settled += asked
        return move

    def _left(self, move: Move, answer: Answer) -> Move:
        """The place a piece came from should be empty (or somebody else's) now."""
        q = answer.confidence or 0.0
        choice = _choice(answer)
        place = self._place(move.from_space, move.from_position)
        if answer.value == UNSURE:
            self.named.append(Named(place, answer.value, q, None))
            return move
        stays = choice is not None and choice.player == move.player
        self.named.append(Named(place, answer.value, q, not stays))
        change = contradicted if stays else agreed
        return replace(move, confidence=change(move.confidence, q))

    def _reached(self, move: Move, answer: Answer) -> Move:
        """The place a piece went to should show it."""
        q = answer.confidence or 0.0
        choice = _choice(answer)
        place = self._place(move.to_space, move.to_position)
        agrees = self._agrees(answer, choice, move.type, move.color)
        self.named.append(Named(place, answer.value, q, agrees))
        if agrees is None:
            return move
        if choice is None or not agrees:
            read = describe(move, self.names)
            text = f"Is this right: {read}? On {place} it looks like: {answer.value}."
            self.settled += [q for q in self._result.questions if _is_about(q, move, self.names)]
            self._ask(text, move.to_space, (read, f"{place}: {answer.value}", "Nothing of this"))
            return replace(move, confidence=contradicted(move.confidence, q))
        if move.type == choice.type:
            return replace(move, confidence=agreed(move.confidence, q), source="both")
        named = replace(move, type=choice.type, confidence=move.confidence * q, source=self._source)
        open_question = [q for q in self._result.questions if choice.type in q.options]
        if q >= self._sure:
            self.settled += open_question
        return named

    def _place(self, space: str | None, position: Point | None) -> str:
        """What a place is called; on a free table by where it is."""
        layout = self._request.layout
        if space is None and position is not None and isinstance(layout, Surface):
            return f"the table at {position[0]:.1f}, {position[1]:.1f} {layout.unit}"
        return self.names.place(space or "") or "the board"

    def _agrees(
        self, answer: Answer, choice: Choice | None, known: str, color: str | None
    ) -> bool | None:
        """Whether model and tracking see the same; None where one of them does not say."""
        if choice is None:
            return False if answer.value == EMPTY else None
        owner = self.names.color(choice.player)
        if owner is not None and color is not None and owner != color:
            return False
        return known in (UNKNOWN, choice.type)

    def _options(self, choice: Choice, color: str | None, answer: Answer) -> tuple[str, ...]:
        """What the players can choose from: types in the colour that was seen, the model's guess first."""
        fitting = [
            c.type
            for c in answer.subject.choices
            if color is None or self.names.color(c.player) in (None, color)
        ]
        return tuple(dict.fromkeys((choice.type, *fitting)))

    def _who(self, piece: DetectedPiece) -> str:
        return self.names.who(piece.player, piece.color, piece.type)

    def _ask(self, text: str, space: str | None, options: tuple[str, ...]) -> None:
        self.questions.append(PlayerQuestion(text, (space,) if space else (), options))


def _choice(answer: Answer) -> Choice | None:
    return next((c for c in answer.subject.choices if c.text == answer.value), None)


def _is_about(question: PlayerQuestion, move: Move, names: Names) -> bool:
    """Whether a question asks if this move was read rightly (see `pipeline.naming`)."""
    return bool(question.options) and question.options[0] == describe(move, names)


def _renamed(
    pieces: Sequence[DetectedPiece], before: Sequence[Move], after: Sequence[Move]
) -> tuple[DetectedPiece, ...]:
    """The pieces that moves brought onto the board, as those moves are named now."""
    new = {
        (old.type, old.player, old.to_space, old.to_position): move
        for old, move in zip(before, after, strict=True)
        if old.piece is None and old.kind in (MoveKind.PLACE, MoveKind.CAPTURE, MoveKind.MOVE)
    }

    def renamed(piece: DetectedPiece) -> DetectedPiece:
        move = new.get((piece.type, piece.player, piece.space, piece.position))
        if piece.id is not None or move is None:
            return piece
        return replace(piece, type=move.type, confidence=move.confidence, source=move.source)

    return tuple(map(renamed, pieces))


def _overall(
    result: AnalysisResult, pieces: Sequence[DetectedPiece], moves: Sequence[Move]
) -> float:
    """Confidence of the whole: of moves, changed as theirs changed; of a first photo, that of its least sure piece."""
    if result.moves:
        factors = [
            new.confidence / old.confidence
            for old, new in zip(result.moves, moves, strict=True)
            if old.confidence > 0
        ]
        return min(1.0, result.confidence * math.prod(factors))
    return min([result.confidence, *(piece.confidence for piece in pieces)])
