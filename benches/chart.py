"""A bar chart as SVG."""

from __future__ import annotations

from xml.sax.saxutils import escape

WIDTH = 760
LABELS = 190  # where the bars begin
VALUES = 60  # what is left for the number beside the longest bar
BAR = 13
GAP = 14  # between groups
TOP = 40

# Greys and a blue that can be read on white as well as on black, since the page's background is not known.
TEXT = "#7d8590"
FIRST = "#2f81f7"
OTHERS = "#8b949e"


def chart(title: str, groups: dict[str, dict[str, float]]) -> str:
    """A group of bars for each key, of which the first bar is the one that matters. One scale, from zero."""
    most = max(value for bars in groups.values() for value in bars.values())
    lines = [f'<text x="{LABELS}" y="20" font-weight="bold">{escape(title)}</text>']
    y = TOP
    for group, bars in groups.items():
        lines.append(f'<text x="0" y="{y + 10}" font-weight="bold">{escape(group)}</text>')
        for place, (name, value) in enumerate(bars.items()):
            width = value / most * (WIDTH - LABELS - VALUES)
            colour = OTHERS if place else FIRST
            weight = "normal" if place else "bold"
            lines.append(f'<text x="{LABELS - 6}" y="{y + 10}" text-anchor="end">{escape(name)}</text>')
            lines.append(f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR - 2}" fill="{colour}"/>')
            lines.append(
                f'<text x="{LABELS + width + 5:.1f}" y="{y + 10}" font-weight="{weight}">{value:.2f}</text>'
            )
            y += BAR
        y += GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}"'
            f' role="img" font-family="system-ui, sans-serif" font-size="11" fill="{TEXT}">',
            f"<title>{escape(title)}</title>",
            *lines,
            "</svg>",
            "",
        ]
    )
