"""Text and numbers as LaTeX that every engine can read, pdflatex included, whatever names the results hold."""

from __future__ import annotations

import re
import unicodedata

from pare_runner.analysis.report.tables import NOTHING, printable

GUARDED = r"\parechar{"
GUARD = (
    r"\ifdefined\Umathchar\providecommand{\parechar}[2]{#2}\else\providecommand{\parechar}[2]{[U+#1]}\fi"
    " % characters that pdflatex has no font for"
)
"""Goes before text in which `\\parechar` stands: XeLaTeX and LuaLaTeX print the character, pdflatex its number."""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",  # a shorthand in some languages of babel
    "\N{MINUS SIGN}": "$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\rightarrow$",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\dots{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
}
_LETTERS = frozenset("ÆæØøßŒœŁłı")
# Grave, acute, circumflex, tilde, macron, breve, dot, diaeresis, ring, double acute, caron, comma below, cedilla.
_ACCENTS = frozenset(map(chr, (*range(0x0300, 0x0305), 0x0306, 0x0307, 0x0308, *range(0x030A, 0x030D), 0x0326, 0x0327)))
_LAST_LATIN = "\u017f"
_PARTS = re.compile(r"(?:[^\W_]{1,16}|.) *", re.ASCII)
_MINUS = re.compile(r"(?<![\w.])-(?=\.?\d)")


def escaped(text: str) -> str:
    """Text whose characters mean nothing in LaTeX, and which is one line."""
    return re.sub("-(?=-)", "-{}", "".join(map(_character, _line(text))))  # two hyphens were one dash


def cell(text: str, *, words: bool) -> str:
    """What stands in a table. Numbers have a minus sign, and what is not known is a dash."""
    if text == NOTHING:
        return r"\textendash{}"
    return escaped(text if words else _MINUS.sub("\N{MINUS SIGN}", text))


def width(text: str) -> int:
    """Characters that are printed for a text, by pdflatex."""
    return len(text) + 7 * escaped(text).count(GUARDED)


def breakable(text: str) -> str:
    """Text as `escaped` gives it that may go on in the next line after each mark, and within words that are long."""
    return r"\allowbreak{}".join("".join(map(_character, part)) for part in _PARTS.findall(_line(text)))


def _line(text: str) -> str:
    return printable(re.sub(r"\s", " ", unicodedata.normalize("NFC", text)).replace("+/-", "±"))


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii() or _is_plain_letter(character):
        return character
    return f"{GUARDED}{ord(character):04X}}}{{{character}}}"


def _is_plain_letter(character: str) -> bool:
    """Whether pdflatex sets it in any font of Latin letters without a package."""
    parts = unicodedata.normalize("NFD", character)
    accented = len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS and character <= _LAST_LATIN
    return accented or character in _LETTERS
