"""Writes the cases of this folder: ``python -m tests.unseen.make [FOLDER]``; the same bytes on every run."""

import sys
from pathlib import Path

from tests.unseen import answers, attachments, figures, harder, matching, prose, sentences, settlements, statements
from tests.unseen.book import Book


def made() -> Book:
    book = Book()
    for part in (statements, attachments, settlements, answers, figures, matching, harder, sentences, prose):
        part.add(book)
    return book


if __name__ == "__main__":
    made().write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "cases")
