"""Pictures in a form that the model takes: faxes page by page, large ones scaled down, and no bomb of pixels."""

import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from claimstream.domain.records.mail import Shown
from claimstream.reading import filetype, pictures
from claimstream.reading.errors import UnreadableError
from claimstream.reading.pictures import MOST_BYTES, MOST_PAGES, drawn


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def page(mode: str = "1", size: tuple[int, int] = (1728, 2200)) -> Image.Image:
    """A white page with a black bar at its top left."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0] // 4, size[1] // 4))
    return image.convert(mode)


def fax(pages: int, **options: Any) -> bytes:
    more = [page() for _ in range(pages - 1)]
    return saved(page(), "TIFF", compression="group4", save_all=True, append_images=more, **options)


def noise(edge: int) -> Image.Image:
    return Image.frombytes("RGB", (edge, edge), random.Random(1).randbytes(edge * edge * 3))


def opened(shown: Shown) -> Image.Image:
    image = Image.open(BytesIO(shown.data))
    assert f"image/{(image.format or '').lower()}" == shown.media_type
    image.load()
    return image


def is_the_page(shown: Shown) -> bool:
    image = opened(shown).convert("L")
    corners = [image.tobytes()[image.width * (image.height * part // 16) + image.width * part // 16] for part in (2, 8)]
    return corners[0] < 64 and corners[1] > 192


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_within_the_limits_is_taken_as_it_is(kind: str) -> None:
    assert drawn(saved(page("RGB"), kind), f"image/{kind.lower()}") == ((), "")


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK"])
def test_a_tiff_becomes_a_picture_that_is_taken(mode: str) -> None:
    data = saved(page(mode), "TIFF")
    (shown,), left_out = drawn(data, filetype.sniff(data))
    assert is_the_page(shown)
    assert not left_out


@pytest.mark.parametrize("kind", ["BMP", "JPEG2000"])
def test_other_kinds_of_offices_become_pictures_that_are_taken(kind: str) -> None:
    data = saved(page("RGB"), kind)
    (shown,), left_out = drawn(data, filetype.sniff(data))
    assert is_the_page(shown)
    assert not left_out


@pytest.mark.parametrize("pages", [1, 3, MOST_PAGES])
def test_each_page_of_a_fax_is_shown(pages: int) -> None:
    shown, left_out = drawn(fax(pages), "image/tiff")
    assert [is_the_page(one) for one in shown] == [True] * pages
    assert not left_out


def test_pages_beyond_the_limit_are_told() -> None:
    shown, left_out = drawn(fax(MOST_PAGES + 1), "image/tiff")
    assert (len(shown), left_out) == (MOST_PAGES, f"Read the first {MOST_PAGES} pages.")


def test_pages_of_too_many_bytes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    each = len(drawn(fax(1), "image/tiff")[0][0].data)
    monkeypatch.setattr(pictures, "MOST_DRAWN_BYTES", 2 * each)
    assert [len(part) for part in drawn(fax(2), "image/tiff")] == [2, 0]
    shown, left_out = drawn(fax(3), "image/tiff")
    assert (len(shown), left_out) == (2, "Read the first 2 pages.")


def test_a_fax_of_the_usual_fineness_is_not_shown_squashed() -> None:
    (shown,), _ = drawn(saved(page(size=(1728, 1100)), "TIFF", compression="group4", dpi=(204, 98)), "image/tiff")
    assert opened(shown).size == (1728, 2290)
    (square,), _ = drawn(saved(page(size=(1728, 1100)), "TIFF", compression="group4", dpi=(200, 200)), "image/tiff")
    assert opened(square).size == (1728, 1100)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_of_too_many_bytes_is_scaled_down(kind: str) -> None:
    data = saved(noise(2600), kind, **({"quality": 100} if kind == "JPEG" else {}))
    assert len(data) > MOST_BYTES
    (shown,), left_out = drawn(data, f"image/{kind.lower()}")
    assert len(shown.data) <= MOST_BYTES
    assert max(opened(shown).size) <= 2576
    assert not left_out


def test_a_picture_of_too_many_pixels_is_scaled_down() -> None:
    (shown,), _ = drawn(saved(page("L", (8001, 4000)), "PNG"), "image/png")
    assert opened(shown).size == (2576, 1288)
    assert is_the_page(shown)


def test_a_photo_scaled_down_stands_upright() -> None:
    photo = page("RGB", (8100, 2000)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise
    (shown,), _ = drawn(saved(photo, "JPEG", exif=exif), "image/jpeg")
    assert is_the_page(shown)


def test_what_is_transparent_is_shown_white() -> None:
    image = Image.new("RGBA", (8001, 100), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 2000, 25))
    assert is_the_page(drawn(saved(image, "PNG"), "image/png")[0][0])


@pytest.mark.parametrize(
    ("data", "media_type", "reason"),
    [
        (b"", "image/heic", "unknown_type"),
        (fax(1)[:200], "image/tiff", "broken"),
        (saved(Image.new("I;16", (100, 100)), "TIFF"), "image/tiff", "unknown_type"),
    ],
    ids=["of a kind nobody opens", "damaged", "of sixteen bits"],
)
def test_a_picture_that_no_model_is_shown_is_told_why(data: bytes, media_type: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        drawn(data, media_type)
    assert (caught.value.reason, bool(caught.value.detail)) == (reason, True)


def test_a_damaged_photo_is_left_to_the_model() -> None:
    assert drawn(b"\xff\xd8\xff damaged", "image/jpeg") == ((), "")


def png_bomb() -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    small = saved(Image.new("1", (8, 8)), "PNG")
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]


def bmp_bomb() -> bytes:
    small = saved(Image.new("1", (8, 8)), "BMP")
    return small[:18] + struct.pack("<ii", 60_000, 60_000) + small[26:]


def tiff_bomb() -> bytes:
    return saved(Image.new("1", (8000, 8001), 1), "TIFF", compression="group4")


def tiff_bomb_behind_a_fax() -> bytes:
    more = [Image.new("1", (12_000, 12_000), 1)]
    return saved(page(), "TIFF", compression="group4", save_all=True, append_images=more)


@pytest.mark.parametrize("bomb", [png_bomb, bmp_bomb, tiff_bomb, tiff_bomb_behind_a_fax])
def test_a_bomb_of_pixels_is_not_unpacked(bomb: Callable[[], bytes]) -> None:
    data = bomb()
    with pytest.raises(UnreadableError, match="over 64,000,000 pixels") as caught:
        drawn(data, filetype.sniff(data))
    assert caught.value.reason == "too_large"


def test_memory_that_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(image: Image.Image) -> Image.Image:
        raise MemoryError

    monkeypatch.setattr(pictures, "_on_white", no_memory)
    with pytest.raises(UnreadableError, match="too much memory"):
        drawn(saved(page("RGB"), "BMP"), "image/bmp")
