"""The writer of a reply under its own name: *die Stadt Grünau stimmt zu*, *Frau Dr. Holst nimmt den Plan an*.

A name is the writer's where the letterhead, the signature or the address that the mail comes from holds it.
"""

import re

from claimstream.domain.language import parts, words
from claimstream.domain.reader.spelling import fold
from claimstream.domain.replies.marks import spelled
from claimstream.domain.replies.plan import NAMES_PLAN

_CAPITAL = re.compile(r"\b[A-Z][\w./&-]*")
_ARTICLE = r"(?:Der|Die|Das|der|die|das|The|the|that)"
_WITH_ARTICLE = re.compile(rf"\b(?P<lead>{_ARTICLE})(?P<name>(?: (?:[A-Z][\w./&-]*|eG|und|&|fuer|der|am|im|an))+)")
_SUBJECT = re.compile(
    r"(?P<lead>\A|[:,] |\b(?:dass|that) |"
    r"\b(?:erklaert|erteilt|stimmt|lehnt|nimmt|akzeptiert|ist|hat) (?=(?:der|die|das|Frau|Herr|Dr\.) ))"
    rf"(?:(?:{_ARTICLE}|(?i:{parts('person_title')}|{parts('title_of_name')})) ){{0,4}}"
    r"(?P<name>[A-Z][\w&-]*(?: [A-Z][\w&-]*){0,4})(?= [a-z]{1,20}[ts]\b| (?:ihre|seine) |, | dem | den | das | mit )"
)
"""The subject of a clause: a name before a verb of the third person."""
_SHARED = frozenset(map(fold, words("shared_name")))
_BODIES = frozenset(map(fold, words("public_body")))
_FORMS = frozenset(map(fold, words("legal_form")))
_JOINS = frozenset(map(fold, words("function_word")))
_OFFICES = tuple(map(fold, words("office_name")))
_BODY = re.compile(rf"\b{_ARTICLE} (?P<name>(?i:{parts('public_body')}))\b(?! [A-Z])")
_SPEAKS_FOR_OTHERS = re.compile(parts("speaks_for_others"))
_ITS_CONSENT = re.compile(rf"\b(?:ihre|seine?|its)(?= (?i:{parts('consent_noun')})\b)")
_DEPARTMENTS = frozenset({"", *map(fold, words("department"))})
_LEAST = 4
"""Letters of a word that may be a name by itself."""


class Writer:
    """The writer of a reply.

    Args:
        outside: its letterhead and signature.
        sender: display name and address that the mail comes from; "" where they are not known.
    """

    def __init__(self, outside: str, sender: str = "") -> None:
        self._outside = frozenset(_CAPITAL.findall(spelled(outside)))
        folded = fold(sender)
        # The last label is the country's or the purpose's.
        known = re.findall(r"[a-z]+", folded.rpartition(".")[0])
        self._words = frozenset(() if _SPEAKS_FOR_OTHERS.search(folded) else known)

    def in_first_person(self, marked: str) -> str:
        """Return a marked sentence with *unsere Bank* in place of the writer's name."""
        told = _WITH_ARTICLE.sub(self._by_letterhead, marked)
        if self._words:
            told = _BODY.sub(self._body, _SUBJECT.sub(self._by_sender, told))
        return marked if told == marked else _ITS_CONSENT.sub("unsere", told)

    def _by_letterhead(self, found: re.Match[str]) -> str:
        row = found["name"].split()
        known = 0
        for number, word in enumerate(row):
            if word == "eG" and known == number:
                known += 1
            elif word[0].isupper():
                if word not in self._outside:
                    # Another firm's name may begin as the writer's does: Kern Leasing, Kern Inkasso.
                    return found.group()
                known = number + 1
        name = [word for word in row[:known] if word[0].isupper()]
        if not any(len(word) >= _LEAST for word in name) or NAMES_PLAN.find(" ".join(name).lower()):
            return found.group()
        return " ".join(["that our bank" if found["lead"] == "that" else "unsere bank", *row[known:]])

    def _by_sender(self, found: re.Match[str]) -> str:
        name = fold(found["name"]).split()
        if "".join(name) in self._words:  # a domain may hold it in one word
            return f"{found['lead']}unsere bank"
        telling = any(len(word) >= _LEAST and word not in _SHARED and word in self._words for word in name)
        return f"{found['lead']}unsere bank" if telling and self._may_be_called(name) else found.group()

    def _body(self, found: re.Match[str]) -> str:
        """Return who *der Landkreis* is: the writer, a stranger in a bank's letter, or whoever the letter is from."""
        body = fold(found["name"])
        if self._is_body(body):
            return "unsere bank"
        # The *Landkreis* is called *Kreisverwaltung*, too.
        alike = any(self._is_body(other) for other in _BODIES if body.endswith(other))
        return found.group() if alike or not self._is_office() else "ein dritter"

    def _may_be_called(self, name: list[str]) -> bool:
        """Return whether the sender may have this name, of which its address may lack the body and the legal form."""
        for word in name:
            if word in _FORMS:
                known = word in self._words | _JOINS or not self._words & (_FORMS - _JOINS)
            elif word in _BODIES:
                # In *Jobcenter Stadt Grünau* the town is none that answers.
                known = word != name[0] or self._is_body(word) or not self._is_office()
            else:
                known = word in self._words
            if not known:
                return False
        return True

    def _is_body(self, body: str) -> bool:
        """Return whether a public body, or its treasury, is the sender: *Stadt*, *Stadtkasse*, not *Stadtwerke*."""
        return any(word.removeprefix(body) in _DEPARTMENTS for word in self._words if word.startswith(body))

    def _is_office(self) -> bool:
        """Return whether the sender calls itself an office, a bank or another body than the one in question."""
        return any(word in _SHARED or word.endswith((*_OFFICES, *_BODIES)) for word in self._words)
