"""Letters on paper: PDFs with text, scans, photos, and files that cannot be read."""

import io
from collections.abc import Sequence
from pathlib import Path

import reportlab  # type: ignore[import-untyped]  # ships no types
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # ships no types
from reportlab.lib.pdfencrypt import StandardEncryption  # type: ignore[import-untyped]  # ships no types
from reportlab.lib.utils import ImageReader, simpleSplit  # type: ignore[import-untyped]  # ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # ships no types

_FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
_MARGIN = 70

Rows = Sequence[tuple[str, str]]


def letter(
    head: str,
    paragraphs: Sequence[str],
    rows: Rows = (),
    closing: Sequence[str] = (),
    *,
    address: str = "",
    password: str | None = None,
) -> bytes:
    """A letter as a PDF with text: letterhead, paragraphs, a column of labels with a column of amounts."""
    out = io.BytesIO()
    encrypt = StandardEncryption(password, canPrint=0) if password else None
    page = Canvas(out, pagesize=A4, invariant=1, encrypt=encrypt)
    width, height = A4
    page.setFont("Helvetica-Bold", 14)
    page.drawString(_MARGIN, height - 60, head)
    page.setFont("Helvetica", 8)
    page.drawString(_MARGIN, height - 74, address)
    y = height - 120
    y = _paragraphs(page, paragraphs, y, width)
    for label, amount in rows:
        page.setFont("Helvetica-Bold" if label.startswith(("Gesamt", "Summe", "Total")) else "Helvetica", 10)
        page.drawString(_MARGIN, y, label)
        page.drawRightString(width - _MARGIN, y, amount)
        y -= 16
    _paragraphs(page, closing, y - 10, width)
    page.showPage()
    page.save()
    return out.getvalue()


def _paragraphs(page: Canvas, paragraphs: Sequence[str], y: float, width: float) -> float:
    page.setFont("Helvetica", 10)
    for paragraph in paragraphs:
        for block in paragraph.split("\n"):
            for line in simpleSplit(block, "Helvetica", 10, width - 2 * _MARGIN) or [""]:
                page.drawString(_MARGIN, y, line)
                y -= 14
        y -= 6
    return y


def paper(lines: Sequence[str], *, width: int = 900, size: int = 22, tilt: float = 0.0) -> Image.Image:
    """A typed page as a scanner or a camera sees it."""
    font = ImageFont.truetype(str(_FONT), size)
    step = int(size * 1.6)
    image = Image.new("L", (width, step * len(lines) + 160), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((60, 70 + number * step), line, font=font, fill=30)
    return image.rotate(tilt, fillcolor=235) if tilt else image


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=45)
    return out.getvalue()


def scan(image: Image.Image) -> bytes:
    """A PDF that holds a picture of a page and no text."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4, invariant=1)
    width, height = A4
    shown = height * 0.9 if image.height / image.width > height / width else width * image.height / image.width
    page.drawImage(
        ImageReader(io.BytesIO(png(image))), 0, height - shown, width=shown * image.width / image.height, height=shown
    )
    page.showPage()
    page.save()
    return out.getvalue()


def broken_pdf() -> bytes:
    """Begins like a PDF and is none."""
    return b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 ob" + b"\x00\x07" * 400
