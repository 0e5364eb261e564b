"""Draws the main rows of the speed table as an SVG of horizontal bars."""

from xml.sax.saxutils import escape

WIDTH = 860
LABELS = 190  # width of the names
VALUES = 170  # width of the numbers behind the longest bar
MARGIN = 32
BAR, GAP = 20, 10
HEADING, FOOT = 34, 40

OURS, FLOOR, OTHERS = "#2563eb", "#94a3b8", "#cbd5e1"
INK, FAINT, WHISKER, PAPER = "#0f172a", "#64748b", "#475569", "#ffffff"
ROWS = ("start", "memory", "parallel")
STANDS_FOR = "8 at a time"


def panels(tables):
    """(title, unit, rows) of each group that is drawn."""
    for name in ROWS:
        table = tables.get(name)
        if table is None:
            continue
        groups = table.groups
        if table.across:  # one column stands for the others
            groups = [group for group in groups if group.title.startswith(STANDS_FOR)][:1]
        for group in groups:
            rows = [row for row in group.rows() if "median" in row and row["side"] != "no container"]
            if rows:
                rows.sort(key=lambda row: row["median"], reverse=table.higher_is_better)
                where = ", ".join(text for text in (group.title, group.kind) if text)
                better = "more is better" if table.higher_is_better else "less is better"
                yield table, f"{table.title}, {where}", better, rows


def _text(x, y, words, size=13, fill=INK, anchor="start", weight="400"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"'
            f' font-weight="{weight}">{escape(words)}</text>')


def _bar(table, row, top, scale):
    ours = row["side"] == "ours"
    weight = "700" if ours else "400"
    fill = OURS if ours else FLOOR if row["side"] == "floor" else OTHERS
    left, width = MARGIN + LABELS, max(row["median"] * scale, 1)
    middle = top + BAR / 2
    yield _text(left - 12, middle + 4.5, f"{row['side']} {row['version']}".strip(), anchor="end",
                weight=weight)
    yield f'<rect x="{left}" y="{top}" width="{width:.1f}" height="{BAR}" rx="3" fill="{fill}"/>'
    low, high = left + row["p10"] * scale, left + row["p90"] * scale
    if row["runs"] > 1:
        yield (f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f}'
               f' {middle - 4}v8" stroke="{WHISKER}" stroke-width="1.2" fill="none"/>')
    words = f"{table.number(row['median'])} {table.unit}"
    if not ours and "x_ours" in row:
        words += f"  ({row['x_ours']:.2f} x ours)"
    yield _text(max(left + width, high) + 10, middle + 4.5, words, weight=weight)


def draw(tables, machine):
    """The text of the SVG. machine: a line that names it."""
    body, top = [], MARGIN
    for table, title, better, rows in panels(tables):
        body.append(_text(MARGIN, top + 16, title, size=16, weight="600"))
        body.append(_text(WIDTH - MARGIN, top + 16, better, size=12, fill=FAINT, anchor="end"))
        top += HEADING
        longest = max(max(row["p90"], row["median"]) for row in rows)
        scale = (WIDTH - 2 * MARGIN - LABELS - VALUES) / longest
        for row in rows:
            body += _bar(table, row, top, scale)
            top += BAR + GAP
        top += FOOT - GAP
    body.append(_text(MARGIN, top, machine, size=11, fill=FAINT))
    body.append(_text(MARGIN, top + 16, "Bars: medians; whiskers: the middle 80 % of the runs."
                      " The floor is a C program that makes only the system calls that are needed.",
                      size=11, fill=FAINT))
    height = top + 16 + MARGIN
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" font-family="Inter, Helvetica, Arial, sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>', *body, "</svg>", ""])
