"""The words of German and English letters, as data, and the type of the rules that are made of them.

``de/`` and ``en/`` hold the vocabulary, one entry a line (``vocabulary.py`` says how to write one); ``other/`` holds
what mail programs in further languages write around a quotation. A rule (``rule.py``) is a name, a pattern composed of
that vocabulary, and examples; it is run only where a text holds the words that it needs (``needed.py``). Nothing here
knows what a rule is for.
"""

from claimstream.domain.language.needed import Needs, Sieve
from claimstream.domain.language.rule import Rule, Rules
from claimstream.domain.language.vocabulary import alternatives, as_written, entries, parts, unfolded, words

__all__ = ["Needs", "Rule", "Rules", "Sieve", "alternatives", "as_written", "entries", "parts", "unfolded", "words"]
