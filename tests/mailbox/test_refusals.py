from claimstream.mailbox.refusals import Refusals, Verdict

BOTH = ("a", "b")


def test_one_refusal_proves_nothing() -> None:
    seen = Refusals(60)
    seen.opened("b", 0)
    assert seen.refused("a", 1, among=BOTH) is Verdict.UNSURE
    seen.opened("b", 2)
    assert seen.refused("a", 60.9, among=BOTH) is Verdict.UNSURE, "too soon after the first"


def test_a_mailbox_that_refuses_twice_while_another_opens_is_the_one_in_trouble() -> None:
    seen = Refusals(60)
    seen.refused("a", 1, among=BOTH)
    seen.opened("b", 2)
    assert seen.refused("a", 61, among=BOTH) is Verdict.MAILBOX


def test_what_opened_before_says_nothing_of_our_credentials_now() -> None:
    seen = Refusals(60)
    seen.opened("b", 0)
    seen.refused("a", 1, among=BOTH)
    assert seen.refused("a", 100, among=BOTH) is Verdict.UNSURE
    seen.opened("b", 101)
    assert seen.refused("a", 102, among=BOTH) is Verdict.MAILBOX


def test_an_opening_in_between_begins_anew() -> None:
    seen = Refusals(60)
    seen.refused("a", 1, among=BOTH)
    seen.opened("a", 30)
    seen.opened("b", 30)
    assert seen.refused("a", 90, among=BOTH) is Verdict.UNSURE


def test_when_every_mailbox_refuses_it_is_our_credentials() -> None:
    seen = Refusals(60)
    for at in (1, 61):
        last = [seen.refused(mailbox, at, among=BOTH) for mailbox in BOTH]
    assert last == [Verdict.CREDENTIALS] * 2


def test_the_only_mailbox_is_never_the_one_in_trouble() -> None:
    seen = Refusals(60)
    verdicts = [seen.refused("a", at, among=("a",)) for at in (0, 61, 1000)]
    assert verdicts == [Verdict.UNSURE, Verdict.CREDENTIALS, Verdict.CREDENTIALS]


def test_a_mailbox_that_was_disabled_is_no_longer_counted() -> None:
    seen = Refusals(60)
    seen.refused("a", 0, among=BOTH)
    seen.forget("a")
    assert seen.refused("a", 61, among=BOTH) is Verdict.UNSURE
