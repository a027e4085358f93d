"""A QR code as SVG within the page: no style, no script, no file; its size is the style sheet's."""

import segno
from markupsafe import Markup


def qr_of(text: str) -> Markup:
    """The code of a text; segno writes nothing of what it is given."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True))
