"""Profiles that say everything there is to say, for each kind of board."""

ZONES = """\
id: every_zone
languages: [en, de]
name: {en: Every zone, de: Jede Zone}
players: {min: 1, max: 4, colors: [red, blue, green, "#ffff00"]}
settings:
  length: {name: Length, default: "short", options: [short, long]}
  goal: {name: Goal, default: 10, min: 1, max: 20}
board:
  zones:
    - id: a
      name: A
      rectangle: [0.1, 0.1, 0.2, 0.3]
      holds: 2
      tags: [market]
      cost: {coins: 1}
      needs: {fame: 2}
      once: true
      stock: bank
    - {id: b, name: B, circle: [0.5, 0.5, 0.1]}
    - id: c
      name: C
      polygon: [[0.1, 0.5], [0.2, 0.5], [0.15, 0.6]]
      track: {resource: fame, min: 1, steps: 5, first: [0.1, 0.9], last: [0.9, 0.9]}
    - id: d
      name: D
      rectangle: [0.8, 0.1, 0.9, 0.3]
      track: {resource: coins, positions: [[0.8, 0.1], [0.9, 0.3]]}
phases:
  - {id: income, name: Income, acts: together, ends: by_hand, next: main}
  - {id: main, name: Main, acts: in_turn, ends: all_passed}
turn: {passes: after_each_move, phases: [main], first: red}
rounds:
  starts_with: income
  ends: last_phase
  first_player: passes
  limit: {setting: length, values: {short: 5, long: 9}}
resources:
  - {id: coins, name: coins, start: {default: 3, 2: 5}, min: 0, max: 99}
  - {id: fame, name: fame, start: {setting: goal}}
  - {id: bank, name: bank, start: 7, common: true}
pieces:
  - {id: worker, name: worker, plural: workers, spaces: [a, b], count: 5, glyph: W}
  - {id: cube, name: cube, color: brown, footprint: {width: 0.02, height: 0.02}, counted: true}
  - {id: spy, name: spy, footprint: {diameter: 0.02}, visible: false, look: a black disc}
start:
  phase: income
  pieces:
    - {type: worker, player: red, spaces: [a]}
    - {type: cube, spaces: [c], each: 3}
victory:
  score: fame
  ends_at: {setting: goal}
  wins: highest
  tie_breaks: [coins, {pieces: cube, spaces: [c]}]
rules: [more_than_exist, space_over_capacity]
notation: words
areas:
  - id: red_coins
    name: red coins
    rectangle: [0.9, 0.1, 0.95, 0.2]
    kind: count
    resource: coins
    player: red
    look: gelbe Scheiben
  - {id: vault, name: vault, circle: [0.5, 0.9, 0.05], resource: bank, max: 50}
  - {id: dial, name: dial, polygon: [[0.1, 0.8], [0.2, 0.8], [0.2, 0.9]], kind: track, min: 1, max: 12}
supply: {en: supply, de: Vorrat}
"""

GRID = """\
id: every_grid
name: Every grid
players: {min: 2, max: 2}
settings:
  size: {name: Size, default: 9, min: 5, max: 19}
  corner: {name: Corner, default: top_left, options: [top_left, bottom_left]}
board:
  grid: {columns: {setting: size}, rows: 9, origin: {setting: corner}, naming: numbers}
phases:
  - {id: play, name: Play}
turn: {passes: by_hand}
pieces:
  - {id: stone, name: stone}
"""

SURFACE = """\
id: every_surface
name: Every surface
players: {min: 2, max: 2}
board:
  surface: {width: 72, height: 36, unit: in}
phases:
  - {id: play, name: Play}
turn: {passes: by_hand, first: 2}
pieces:
  - {id: unit, name: unit, speed: 2}
measures:
  bands: [{name: short, to: 6}, {name: long, to: 24.5}]
  speeds: [3, 6.5]
  actions: 2
  cohesion: 3
"""

DOCUMENTS = {"zones": ZONES, "grid": GRID, "surface": SURFACE}
