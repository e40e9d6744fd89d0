"""A game's story as Markdown (CommonMark with tables), for wikis and chats."""

from ..captions import captions
from .story import Story, span

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]<>#|~"})


def write_markdown(story: Story) -> str:
    """Return the story as Markdown text; what was taken back is struck through."""
    game, words = story.game, captions(story.profile.language)
    lines = [f"# {_plain(game.name)}", "", f"{_plain(story.profile.name)} · {_when(story)}", ""]
    if story.winners:
        lines += [f"**{words.won}: {', '.join(map(_plain, story.winners))}**", ""]
    names = [_plain(player.name) for player in game.players]
    if story.scores:
        lines += [
            f"## {words.scores}",
            "",
            _row([words.round, *names]),
            _row(["---", *("---:" for _ in names)]),
            *(
                _row([str(row.round), *(str(row.scores[p.position]) for p in game.players)])
                for row in story.scores
            ),
            "",
        ]
    if story.clock.players:
        spent = [span(story.clock.players.get(p.position, 0.0)) for p in game.players]
        lines += [
            f"## {words.time}",
            "",
            _row([words.duration, *names]),
            _row(["---:", *("---:" for _ in names)]),
            _row([span(story.clock.game), *spent]),
            "",
        ]
    lines += [f"## {words.log}", ""]
    for entry in story.entries:
        text = "; ".join(map(_plain, entry.lines))
        text = text if entry.played else f"~~{text}~~"
        mark = "🔖 " if entry.bookmark else ""
        lines.append(f"- {words.turn} {entry.state.turn}: {mark}{text}")
        if entry.note:
            lines.extend(f"  > {_plain(line)}" for line in entry.note.splitlines())
    return "\n".join(lines) + "\n"


def _when(story: Story) -> str:
    result = story.archive.result
    until = "" if result is None else f" – {result.finished_at:%Y-%m-%d %H:%M}"
    return f"{story.game.created_at:%Y-%m-%d %H:%M}{until} UTC"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return text that Markdown takes for nothing else."""
    return " ".join(text.split()).translate(_SPECIAL)
