"""Reports: what results say, worked out once (`build`) as one tree of plain values (`model`), and then rendered.

`sections` lays the tree out as tables, which `text`, `markdown`, `latex` and `html` print in their own ways; `layout`
is its JSON. `svg` draws for the page, `figures` for papers. `document` is the entry for Python.
"""
