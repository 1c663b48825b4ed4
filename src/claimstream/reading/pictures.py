"""Pictures in a form that Claude takes.

Claude takes PNG, JPEG, GIF and WebP of up to 8,000 by 8,000 pixels and 5 MB each, up to 20 such in one request. Beyond
a long edge of 2,576 pixels it scales them down itself (https://platform.claude.com/docs/en/build-with-claude/vision).
The 5 MB are counted in base64: "image exceeds 5 MB maximum: 5272940 bytes > 5242880 bytes".
"""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from claimstream.domain.records.mail import TIFF, Shown
from claimstream.reading.errors import UnreadableError
from claimstream.reading.filetype import JP2
from claimstream.reading.protocol import MOST_DRAWN_BYTES

MOST_BYTES = 5 * 1024 * 1024 // 4 * 3
MOST_PAGES = 20
_MOST_EDGE = 8_000
_DRAWN_EDGE = 2_576
_MOST_PIXELS = _MOST_EDGE**2
"""A page of A4 at 600 dpi has 35 million. One pixel takes up to four bytes."""
_JPEG = "image/jpeg"
_TAKEN = frozenset({"image/png", _JPEG, "image/gif", "image/webp"})
_FORMATS = {
    "image/png": "PNG",
    _JPEG: "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    TIFF: "TIFF",
    "image/bmp": "BMP",
    JP2: "JPEG2000",
}
"""The names that Pillow gives to those kinds that are opened."""
_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
"""Those of eight bits: of more, Pillow would show all that is bright as white."""
_LEAST_STRETCH, _MOST_STRETCH = 1.2, 4.0
_QUALITIES = (90, 60, 30)

Image.MAX_IMAGE_PIXELS = _MOST_PIXELS


def drawn(data: bytes, media_type: str) -> tuple[tuple[Shown, ...], str]:
    """Return a picture's pages as Claude takes them, and what was left out, in words.

    There are no pages where Claude takes the picture as it is.

    Raises:
        UnreadableError: no model can be shown the picture.
    """
    if media_type not in _FORMATS:
        raise UnreadableError("unknown_type", f"Pictures of type {media_type} are shown to no model.")
    may_be_taken = media_type in _TAKEN and len(data) <= MOST_BYTES
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=[_FORMATS[media_type]]) as image:
                if may_be_taken and max(image.size) <= _MOST_EDGE:
                    return (), ""
                return _pages(image) if media_type == TIFF else ((_page(image),), "")
    except UnreadableError:
        raise
    except MemoryError:
        raise UnreadableError("too_large", "The picture takes too much memory.") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UnreadableError("too_large", f"The picture has over {_MOST_PIXELS:,} pixels.") from None
    except Exception as error:  # as for any file of a stranger
        if may_be_taken:
            return (), ""  # Claude may know better
        raise UnreadableError("broken", f"{type(error).__name__}: {error}"[:200]) from None


def _pages(image: Image.Image) -> tuple[tuple[Shown, ...], str]:
    pages: list[Shown] = []
    while True:
        try:
            image.seek(len(pages))
        except EOFError:
            return tuple(pages), ""
        if len(pages) == MOST_PAGES:
            return tuple(pages), f"Read the first {len(pages)} pages."
        page = _page(image)
        if sum(len(one.data) for one in (*pages, page)) > MOST_DRAWN_BYTES:
            return tuple(pages), f"Read the first {len(pages)} pages."
        pages.append(page)


def _page(image: Image.Image) -> Shown:
    if image.mode not in _MODES:
        raise UnreadableError("unknown_type", f"Pictures of {image.mode} samples are shown to no model.")
    image.draft("RGB", (_DRAWN_EDGE, _DRAWN_EDGE))  # a JPEG is decoded no larger than that needs
    if image.format in {"JPEG", "MPO"}:
        ImageOps.exif_transpose(image, in_place=True)
    width, height = image.width, image.height * _stretch(image)
    scale = min(1.0, _DRAWN_EDGE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if image.mode == "1" and size == image.size:
        return _saved(image, "PNG")
    page = _on_white(image).resize(size)
    for quality in _QUALITIES:
        shown = _saved(page, "JPEG", quality=quality)
        if len(shown.data) <= MOST_BYTES:
            return shown
    raise UnreadableError("too_large", f"The picture takes over {MOST_BYTES:,} bytes, scaled down too.")


def _stretch(image: Image.Image) -> float:
    """Return how much higher than wide a dot is: a fax of the usual fineness has 204 by 98 to the inch."""
    across, down = image.info.get("dpi", (1, 1))
    stretch = float(across) / float(down) if down else 1.0
    return stretch if _LEAST_STRETCH <= stretch <= _MOST_STRETCH else 1.0


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        page = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", page.size, "white"), page).convert("RGB")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _saved(image: Image.Image, kind: str, **options: int) -> Shown:
    file = BytesIO()
    image.save(file, kind, **options)
    return Shown(f"image/{kind.lower()}", file.getvalue())
