"""An attachment that ends the process that reads it, and a sound one beside it."""

import base64
import zlib
from collections.abc import Mapping
from functools import cache

KILLED, SOUND = "attachment-1", "attachment-2"
"""The names of the two in what was read."""
_MEBIBYTES = 400
"""PDFium unpacks them at once, and the reading process may take less (``MEMORY_BYTES`` of the workers)."""
_EDGE = b"\r\n--=_teile\r\n"


def with_files(head: bytes, body: bytes, files: Mapping[str, bytes]) -> bytes:
    """A mail with attachments, numbered in this order.

    Args:
        head: its header lines but the content type.
        body: its first part, with the header of that.
    """
    parts = [body]
    for name, data in files.items():
        declared = (
            f'Content-Type: application/octet-stream; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n"
        )
        parts.append(declared.encode() + base64.encodebytes(data))
    kind = b'Content-Type: multipart/mixed; boundary="=_teile"\r\n'
    return head + kind + b"".join(_EDGE + part for part in parts) + b"\r\n--=_teile--\r\n"


@cache
def bomb() -> bytes:
    """A PDF of one page, whose content is small as long as it is packed."""
    packer = zlib.compressobj(1)
    content = b"".join([*(packer.compress(b" " * 2**20) for _ in range(_MEBIBYTES)), packer.flush()])
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content),
    )
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(data))
        data += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(places)
    return data + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(data)
