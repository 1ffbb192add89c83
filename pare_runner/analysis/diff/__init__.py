"""What changed between two results: `compare.diff` makes a `Diff`, which is text, JSON and a page.

- `sides`: the two results, and what keeps them apart;  `keys`, `cells`, `unmatched`: runs laid side by side;
- `flat`, `configs`, `contents`, `prompts`: what was run;  `figures`: what came of it, with statistics;
- `evidence`, `moved`: scenarios whose success rate moved;
- `steps`, `meaning`, `divergence`, `examine`: where their runs part;
- `model`: everything that was found;  `gate`: `--fail-on`;
- `values`, `words`, `as_text`, `as_json`, `as_html`: how it is shown.
"""
