"""A source's text as the rules look at it: lines, sentences, and the form in which words are compared."""

from claimstream.domain.text.text import Sentence, Text, folded

__all__ = ["Sentence", "Text", "folded"]
