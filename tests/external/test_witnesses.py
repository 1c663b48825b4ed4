from claimstream.external.witnesses import Judgement, OwnersAnswered, Witnesses


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Case:
    def __init__(self) -> None:
        self.clock = Clock()
        self.witnesses = Witnesses(doubt_seconds=600, clock=self.clock)

    def refused(self, email: str, status: int = 400) -> Judgement:
        self.clock.now += 1
        return self.witnesses.refusal("put", status, email)

    def succeeded(self, email: str) -> None:
        self.clock.now += 1
        self.witnesses.success("put", email)


def test_a_mail_of_its_own_is_no_witness() -> None:
    case = Case()
    assert case.refused("a") is Judgement.DOUBTED
    case.succeeded("a")
    assert case.refused("a") is Judgement.DOUBTED


def test_doubt_ends_when_nobody_comes() -> None:
    case = Case()
    assert case.refused("a") is Judgement.DOUBTED
    case.clock.now += 600
    assert case.refused("a") is Judgement.ITS_OWN


def test_three_refused_alike_are_no_fault_of_theirs_however_long() -> None:
    case = Case()
    assert [case.refused(email) for email in ("a", "b", "c")] == [Judgement.DOUBTED, Judgement.DOUBTED, Judgement.OURS]
    case.clock.now += 6000
    assert case.refused("a") is Judgement.OURS
    case.succeeded("d")
    assert [case.refused(email) for email in ("a", "b", "c")] == [Judgement.ITS_OWN] * 3


def test_a_success_between_begins_a_new_row() -> None:
    case = Case()
    assert case.refused("a") is Judgement.DOUBTED
    case.succeeded("healthy")
    assert [case.refused(email) for email in ("b", "c", "d")] == [
        Judgement.DOUBTED,
        Judgement.DOUBTED,
        Judgement.OURS,
    ]


def test_refusals_of_another_kind_are_counted_apart() -> None:
    case = Case()
    assert [case.refused(email, status) for email, status in (("a", 400), ("b", 413), ("c", 422))] == [
        Judgement.DOUBTED
    ] * 3


def test_the_latest_five_others_are_known_each_once() -> None:
    case = Case()
    for email in ("a", "b", "c", "d", "e", "f", "g", "g", "mine"):
        case.succeeded(email)
    assert case.witnesses.others_seconds_ago("put", "mine") == (6, 5, 4, 3, 1), "c to g"
    assert case.witnesses.others_seconds_ago("get", "mine") == ()


def test_others_count_for_a_minute_after_they_were_answered() -> None:
    clock = Clock()
    answered = OwnersAnswered(clock=clock)
    for owner in ("", "a", "b", "b", "b"):
        answered.note(owner)
    assert [answered.others_of(owner) for owner in "abc"] == [True, True, True]
    clock.now += 59
    answered.note("b")
    clock.now += 2
    assert [answered.others_of(owner) for owner in "abc"] == [True, False, True]
    clock.now += 60
    assert not any(map(answered.others_of, "abc"))
