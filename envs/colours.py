"""Colours that the colour-blind can tell apart; the same state has the same one in every picture.

Source: Okabe and Ito 2008, "Color Universal Design".
"""

import itertools

RGB = tuple[int, int, int]

BLACK: RGB = (0, 0, 0)
WHITE: RGB = (255, 255, 255)
ORANGE: RGB = (230, 159, 0)
SKY_BLUE: RGB = (86, 180, 233)
GREEN: RGB = (0, 158, 115)
YELLOW: RGB = (240, 228, 66)
BLUE: RGB = (0, 114, 178)
VERMILION: RGB = (213, 94, 0)
PURPLE: RGB = (204, 121, 167)
GREY: RGB = (153, 153, 153)

# Vermilion stays free for what happens: the path and the observations.
STATE_PALETTE: tuple[RGB, ...] = (BLUE, ORANGE, GREEN, PURPLE, SKY_BLUE, YELLOW)


def state_colours(num_states: int) -> list[RGB]:
    """RGB 0..255 of each state; neighbours differ, also where the line's ends meet on a circle.

    Long lines repeat the palette: the numbers beside the states tell equal colours apart.
    """
    colours = list(itertools.islice(itertools.cycle(STATE_PALETTE), num_states))
    if num_states > 1 and colours[-1] == colours[0]:
        colours[-1] = PURPLE
    return colours


def label_colour(background: RGB) -> RGB:
    """Black or white, whichever reads better on a background (luma, ITU-R BT.709)."""
    red, green, blue = background
    return BLACK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 100 else WHITE


def lighter(colour: RGB, white: float) -> RGB:
    """`colour` mixed with white; 0 is the colour itself, 1 white."""
    red, green, blue = (round((1 - white) * part + white * 255) for part in colour)
    return red, green, blue
