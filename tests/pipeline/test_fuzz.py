"""Whatever the mail, the service lives and the email ends with an outcome. `make fuzz` looks for one that breaks it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.control_groups import can_be_made, control_group
from tests.helpers import NOW
from tests.pipeline.test_runner import arrive, make_runner, report_of, settle
from tests.reading import hostile, samples
from tests.reading_processes import end_those_left

from claimstream.app import App
from claimstream.domain.records.work import Outcome
from claimstream.domain.records.world import World
from claimstream.evaluation.desk import load_world
from claimstream.local.stack import LocalStack
from claimstream.memory_plan import MEBIBYTE
from claimstream.settings import Settings

STEADY = settings.default is None or settings.default.max_examples <= 100
POD = 2_048 * MEBIBYTE
"""As in k8s/deployment.yaml."""
OUTCOMES = set(Outcome)

LINES = [
    b"From: Stadtwerke <forderung@stadtwerke.example>", b"To: \xe4 <a@b.example>", b"Subject: =?utf-8?B?4pyT?= 8801/25",
    b"Content-Type: text/html; charset=x", b"Content-Type: multipart/mixed; boundary=b", b"", b"", b"--b", b"--b--",
    b"Content-Type: multipart/report; boundary=b", b"Content-Type: message/rfc822", b"Action: failed", b"--c",
    b"Content-Type: message/delivery-status", b"Content-Type: multipart/alternative; boundary=c", b"<p>x<blockquote>y",
    b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"> zitiert", b"%PDF-1.4",
    b"Content-Disposition: attachment; filename*0*=utf-8''%e4; filename*1=x.pdf", b"\x00\xff", b"PK\x03\x04", b"a:",
    b"Gesamtforderung 812,40 EUR", b"Wir nehmen Ihren Plan vom 01.10.2026 an.", b"Unser Zeichen: 26-K-004411",
]  # fmt: skip
FILES = [
    samples.pdf(), samples.word(), samples.excel([["Summe", 500]]), samples.odt("<text:p>5,00 EUR</text:p>"),
    samples.RTF, samples.archive({"a.txt": b"x" * 500, "b.pdf": samples.pdf()}), samples.image(60, 60),
    samples.msg("Text", [("a.txt", b"y" * 5000)]), hostile.zip_of_many(30_000), hostile.ods_of_repeats(20),
    hostile.docx_of(hostile.laughs()), hostile.msg_of_circles(50), samples.pdf_with_content(samples.deflated(40)),
    b"<!---->" * 100 + b"<note/>", b"<html><p>5,00 EUR</p>" * 50, b"Gesamtforderung 1,00 EUR\n" * 3_000,
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file with some bytes changed, and perhaps without its end."""
    file = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(0, 6))):
        file[draw(st.integers(0, len(file) - 1))] = draw(st.integers(0, 255))
    return bytes(file[: draw(st.integers(1, len(file)))] if draw(st.booleans()) else file)


File = tuple[str, str, bytes]


@st.composite
def mails_with_files(draw: st.DrawFn) -> tuple[str, list[File]]:
    text = draw(st.one_of(st.text(max_size=200), st.sampled_from(["Gesamtforderung 812,40 EUR", "1 EUR " * 20_000])))
    names = st.sampled_from(["a.pdf", "b.txt", "c.html", "d.zip", "../e", "f.eml", ""])
    files = draw(st.lists(st.tuples(names, st.just("application/octet-stream"), damaged()), max_size=4))
    return text.encode("utf-8", "replace").decode(), files


mails = st.one_of(
    st.lists(st.sampled_from(LINES), max_size=40).map(b"\r\n".join),
    st.binary(max_size=2_000),
    mails_with_files(),
    st.tuples(st.sampled_from(LINES), st.integers(1, 100_000)).map(lambda drawn: (drawn[0] + b"\n") * drawn[1]),
)


@contextmanager
def in_a_container() -> Iterator[None]:
    """The memory of a pod for this process and those it starts: for `make fuzz`, where control groups can be made."""
    if STEADY or not can_be_made():
        yield
        return
    with control_group(POD) as group:
        group.processes.write_text(str(os.getpid()))
        try:
            yield
            assert group.ended_by_kernel == 0, "whoever took too much ended at its own limit"
        finally:
            (group.folder.parent / group.processes.name).write_text(str(os.getpid()))


@pytest.fixture
async def app_in_a_pod(settings: Settings, stack: LocalStack, world: World) -> AsyncIterator[App]:
    with in_a_container():
        async with App(settings.model_copy(update={"memory_bytes": POD}), clock=lambda: NOW) as opened:
            await load_world(opened, world)
            yield opened
        await end_those_left()


@pytest.mark.timeout(3600)
@settings(
    max_examples=25 if STEADY else settings.get_profile("search").max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn=mails)
async def test_every_mail_ends_with_an_outcome(
    app_in_a_pod: App, stack: LocalStack, world: World, drawn: bytes | tuple[str, list[File]]
) -> None:
    raw = drawn if isinstance(drawn, bytes) else samples.mail(drawn[0], files=drawn[1])
    email_id = await arrive(app_in_a_pod, stack, world, raw or b"\n")
    summary = await settle(app_in_a_pod, make_runner(app_in_a_pod, app_in_a_pod.services), email_id)
    assert summary.outcome in OUTCOMES
    assert (await report_of(app_in_a_pod, email_id)).error is None, "reading it is no defect"
