import tracemalloc

from claimstream.domain.reader.spelling import fold, word_score


def test_umlauts_fold_however_they_are_encoded() -> None:
    assert fold("Öztürk") == fold("O\u0308ztu\u0308rk") == "oeztuerk"


def test_a_slip_of_the_pen_is_forgiven_in_long_words_only() -> None:
    assert word_score("brandt", "brandt", ending=True) == 1.0
    assert word_score("brandt", "brant", ending=True) == 0.8
    assert word_score("falk", "talk", ending=True) == 0.0
    assert word_score("brandt", "brunst", ending=True) == 0.0


def test_a_differing_end_is_another_first_name() -> None:
    assert word_score("maria", "marie", ending=False) == 0.0
    assert word_score("daniel", "daniela", ending=False) == 0.0


def test_long_stretches_fold_like_short_ones_and_are_not_kept() -> None:
    assert fold("ÄÖé" * 100) == "aeoee" * 100
    tracemalloc.start()
    try:
        for number in range(100):
            fold(chr(0x4E00 + number) * 20_000)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1024**2
