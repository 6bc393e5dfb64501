"""Charts as SVG: bars in groups, and lines. No more than the report needs."""

import html
import math

WIDTH = 760
COLOURS = ["#4e6e8e", "#b5651d", "#5b8c5a", "#8b3a62", "#777777", "#c9a227"]
TEXT = 'font-family="sans-serif" font-size="12" fill="#222"'


def text(x, y, words, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {TEXT} {more}>{html.escape(str(words))}</text>'


def short(value):
    """A number as people write it on an axis."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g}{unit}"
    return f"{value:.3g}"


def page(height, title, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(title)}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        text(12, 22, title, more='font-weight="bold"'),
        *parts,
        "</svg>",
    ]) + "\n"


def legend(names):
    """The names with their colours, in as many lines as they need; and where what follows begins."""
    parts, x, y = [], 12, 46
    for number, name in enumerate(names):
        width = 34 + 7 * len(name)
        if x + width > WIDTH and x > 12:
            x, y = 12, y + 20
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{COLOURS[number % len(COLOURS)]}"/>')
        parts.append(text(x + 17, y, name))
        x += width
    return parts, y + 18


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def bars(title, unit, groups):
    """`groups` is {group: {bar: value}}; every bar has its value written behind it."""
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    largest = max(value for group in groups.values() for value in group.values()) or 1
    left, right, bar = 150, 90, 18
    parts, y = legend(names)
    for group, values in groups.items():
        parts.append(text(left - 8, y + bar * len(values) / 2 + 4, group, "end"))
        for name, value in values.items():
            width = (WIDTH - left - right) * value / largest
            colour = COLOURS[names.index(name) % len(COLOURS)]
            parts.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="{bar - 3}" fill="{colour}"/>')
            parts.append(text(left + width + 6, y + bar - 6, f"{number(value)} {unit}"))
            y += bar
        y += 12
    return page(y + 4, title, parts)


class Axis:
    """Maps values to a length, evenly or by their logarithm."""

    def __init__(self, values, start, end, *, log):
        self.log = log
        low, high = min(values), max(values)
        if log:
            low, high = 10 ** math.floor(math.log10(low) + 1e-9), 10 ** math.ceil(math.log10(high) - 1e-9)
            high = high if high > low else low * 10
        else:
            low, high = 0, self.step(high or 1) * math.ceil((high or 1) / self.step(high or 1) - 1e-9)
        self.low, self.high, self.start, self.end = low, high, start, end

    def place(self, value):
        if self.log:
            part = math.log10(max(value, self.low) / self.low) / math.log10(self.high / self.low)
        else:
            part = value / self.high
        return self.start + (self.end - self.start) * part

    def ticks(self):
        if self.log:
            count = round(math.log10(self.high / self.low))
            return [self.low * 10**power for power in range(count + 1)]
        step = self.step(self.high)
        return [step * count for count in range(round(self.high / step) + 1)]

    @staticmethod
    def step(high):
        """A round number that goes into a length three to six times."""
        power = 10 ** math.floor(math.log10(high))
        return next(power * part for part in (0.2, 0.5, 1, 2) if high / (power * part) <= 6)


def lines(title, x_label, y_label, series, *, log_x=False, log_y=False, x_name=short):
    """`series` is {name: [(x, y), …]}."""
    parts, top = legend(series)
    left, right, top, bottom = 64, 40, top + 10, top + 280
    height = bottom + 50
    points = [point for line in series.values() for point in line]
    across = Axis([x for x, _ in points], left, WIDTH - right, log=log_x)
    up = Axis([y for _, y in points], bottom, top, log=log_y)
    for tick in up.ticks():
        y = up.place(tick)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - right}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(text(left - 6, y + 4, short(tick), "end"))
    for tick in across.ticks():
        x = across.place(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" stroke="#eee"/>')
        parts.append(text(x, bottom + 16, x_name(tick), "middle"))
    for number, line in enumerate(series.values()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{across.place(x):.1f},{up.place(y):.1f}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(line) <= 8:
            parts += [
                f'<circle cx="{across.place(x):.1f}" cy="{up.place(y):.1f}" r="3" fill="{colour}"/>' for x, y in line
            ]
    parts.append(text((left + WIDTH - right) / 2, height - 12, x_label, "middle"))
    parts.append(text(left, top - 4, y_label))
    return page(height, title, parts)
