"""How Sphinx builds the site; ``python docs/site/make.py SITE`` gathers the pages and calls it."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

project = "ravine"
copyright = "the authors of ravine, MIT licence"
extensions = ["myst_parser", "sphinx.ext.napoleon"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_title = "ravine"
html_show_sphinx = False
html_math_renderer = "mathml"


def inline(writer: Any, node: nodes.math) -> None:
    """Write a formula in a line as MathML, which browsers typeset themselves."""
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula of its own."""
    writer.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Tell Sphinx how formulas are written."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
