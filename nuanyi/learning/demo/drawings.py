"""Made-up pictures of the demo's lessons: each its own, in the colours of its category, and each says that it is one."""

from __future__ import annotations

import re
from random import Random

from nuanyi.learning.rules import Category
from nuanyi.lib.cards import WHITE, Card, Colour

WIDTH, HEIGHT = 640, 480
MADE_UP = "示例图片"
#: Ground and figure by category, dark enough for white words.
COLOURS: dict[Category, tuple[Colour, Colour]] = {
    Category.ROAD: ((31, 95, 168), (242, 163, 58)),
    Category.FRAUD: ((142, 32, 38), (244, 214, 160)),
    Category.LABOUR: ((21, 92, 52), (226, 214, 150)),
    Category.HEALTH: ((12, 104, 110), (246, 190, 180)),
    Category.POLICY: ((92, 70, 52), (240, 200, 130)),
    Category.SKILLS: ((84, 62, 120), (214, 200, 240)),
    Category.THEORY: ((154, 47, 10), (250, 208, 110)),
}
#: What stands before the first mark of a title is what the lesson is about.
HEADLINE = re.compile(r"[：:，,。、]")


def headline(title: str) -> str:
    """The first words of a title, few enough to be read on a picture of a thumb's width."""
    return HEADLINE.split(title.replace("“", "").replace("”", ""))[0][:8]


def picture(slug: str, category: str, title: str) -> bytes:
    """A PNG of ``WIDTH`` by ``HEIGHT`` pixels, the same for the same lesson every time."""
    ground, figure = COLOURS[Category(category)]
    chance = Random(f"picture of {slug}")
    card = Card(WIDTH, HEIGHT)
    card.pen.rectangle((0, 0, WIDTH, HEIGHT), ground)
    _pattern(card, chance, _shade(ground, 1.25))
    SHAPES[Category(category)](card, figure, ground)
    card.pen.rectangle((0, 300, WIDTH, 420), _shade(ground, 0.75))
    card.words(WIDTH // 2, 360, headline(title), 84, WHITE, most=440, anchor="mm")
    card.words(WIDTH // 2, HEIGHT - 30, MADE_UP, 24, WHITE, anchor="mm")
    return card.png()


def _shade(colour: Colour, share: float) -> Colour:
    """A lighter or darker one."""
    red, green, blue = (min(255, int(part * share)) for part in colour)
    return red, green, blue


def _pattern(card: Card, chance: Random, colour: Colour) -> None:
    """Discs behind it all, placed by chance: no two lessons look alike."""
    for _disc in range(7):
        x, y, radius = chance.randrange(WIDTH), chance.randrange(HEIGHT), chance.randrange(30, 110)
        card.pen.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def _road(card: Card, figure: Colour, ground: Colour) -> None:
    """A bicycle's two wheels and its frame."""
    for x in (230, 410):
        card.pen.ellipse((x - 62, 150, x + 62, 274), outline=figure, width=14)
    card.pen.line((230, 212, 290, 120, 370, 120, 410, 212), figure, 14, joint="curve")
    card.pen.line((290, 120, 330, 212, 370, 120), figure, 14, joint="curve")
    card.pen.line((366, 120, 356, 78, 396, 70), figure, 14, joint="curve")


def _fraud(card: Card, figure: Colour, ground: Colour) -> None:
    """A telephone with a mark of danger."""
    card.pen.rounded_rectangle((240, 40, 400, 280), 24, figure)
    card.pen.polygon(((320, 90), (382, 208), (258, 208)), ground)
    card.pen.rectangle((313, 122, 327, 170), figure)
    card.pen.ellipse((312, 178, 328, 194), figure)


def _labour(card: Card, figure: Colour, ground: Colour) -> None:
    """A contract with its lines and a seal."""
    card.pen.rounded_rectangle((225, 40, 415, 280), 12, figure)
    for line in range(4):
        card.pen.rectangle((255, 78 + 36 * line, 385, 90 + 36 * line), ground)
    card.pen.ellipse((340, 208, 400, 268), (179, 38, 30))


def _health(card: Card, figure: Colour, ground: Colour) -> None:
    """A cross on a case."""
    card.pen.rounded_rectangle((215, 90, 425, 270), 24, figure)
    card.pen.rounded_rectangle((275, 58, 365, 110), 14, outline=figure, width=14)
    card.pen.rectangle((303, 120, 337, 240), ground)
    card.pen.rectangle((260, 163, 380, 197), ground)


def _policy(card: Card, figure: Colour, ground: Colour) -> None:
    """A card with a portrait."""
    card.pen.rounded_rectangle((180, 80, 460, 260), 20, figure)
    card.pen.ellipse((220, 110, 280, 170), ground)
    card.pen.rounded_rectangle((206, 180, 294, 236), 24, ground)
    for line in range(3):
        card.pen.rectangle((320, 118 + 40 * line, 430, 132 + 40 * line), ground)


def _skills(card: Card, figure: Colour, ground: Colour) -> None:
    """A parcel with its tape."""
    card.pen.rectangle((220, 90, 420, 270), figure)
    card.pen.polygon(((220, 90), (262, 50), (462, 50), (420, 90)), figure)
    card.pen.polygon(((420, 90), (462, 50), (462, 228), (420, 270)), figure)
    card.pen.rectangle((302, 90, 338, 270), ground)
    card.pen.line((420, 90, 420, 270), ground, 6)
    card.pen.line((220, 90, 420, 90, 462, 50), ground, 6)


def _theory(card: Card, figure: Colour, ground: Colour) -> None:
    """An open book."""
    card.pen.polygon(((320, 100), (180, 66), (180, 236), (320, 270)), figure)
    card.pen.polygon(((320, 100), (460, 66), (460, 236), (320, 270)), figure)
    card.pen.line((320, 100, 320, 270), ground, 8)
    for line in range(3):
        y = 118 + 40 * line
        card.pen.line((206, y - 8, 296, y + 14), ground, 8)
        card.pen.line((344, y + 14, 434, y - 8), ground, 8)


SHAPES = {
    Category.ROAD: _road,
    Category.FRAUD: _fraud,
    Category.LABOUR: _labour,
    Category.HEALTH: _health,
    Category.POLICY: _policy,
    Category.SKILLS: _skills,
    Category.THEORY: _theory,
}
