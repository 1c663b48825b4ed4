"""``claimstream report``."""

from typing import Annotated

import typer

from claimstream.cli.running import JsonOption, run


def report(
    email: Annotated[str, typer.Argument(metavar="ID", help="Email, correlation, trace or Gmail id, or Message-ID.")],
    as_json: JsonOption = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Print one page that needs nothing else: report ID --html > report.html")
    ] = False,
    run_number: Annotated[
        int | None, typer.Option("--run", help="Of an earlier run, before the email was replayed.", min=1)
    ] = None,
) -> None:
    """Show everything about one email: what was read and where it stands, what was decided and why.

    The beginning of an id is enough, from 6 characters. Where DATABASE_URL is not set: the demo's. With JAEGER_UI_URL
    set, the report links to the email's trace.
    """
    from claimstream.cli.console import complain, out, write_document
    from claimstream.cli.report.found import FoundReport, NoReportError, find_report
    from claimstream.cli.report.page import report_page
    from claimstream.cli.report.view import print_report

    if as_json and as_html:
        raise typer.BadParameter("--json and --html: choose one.")
    try:
        found: FoundReport = run(find_report(email, run=run_number))
        if as_json:
            write_document(found.json() + "\n")
        elif as_html:
            write_document(
                report_page(
                    found.report(), found.email, runs=found.runs, review=found.review, jaeger_ui_url=found.jaeger_ui_url
                )
            )
        else:
            print_report(
                out,
                found.report(),
                found.email,
                runs=found.runs,
                review=found.review,
                jaeger_ui_url=found.jaeger_ui_url,
            )
    except NoReportError as error:
        complain(str(error))
        raise typer.Exit(1) from None
