"""`manifest-sync serve`."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.browser import browsing, has_browser
from manifest_sync.cli.command import command
from manifest_sync.cli.options import Common, Connection
from manifest_sync.cli.screen import Screen
from manifest_sync.core.exits import Exit
from manifest_sync.formats.document_serve import ServeDocument
from manifest_sync.web.opening import Opener
from manifest_sync.web.server import Listening, listening, make_server, read_origins, read_token
from manifest_sync.workspace.resources import STATE_FOLDER
from manifest_sync.workspace.workspace import Workspace


@command
def serve(
    *,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="NAME",
            help="The address to listen on; another than this machine's own lets others in who "
            "have the token.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="The port; 0 takes any free one."
        ),
    ] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            metavar="URL",
            help="Let a front end on another port use the API; it needs the token, too. "
            "Repeatable.",
            show_default=False,
        ),
    ] = None,
    api_docs: Annotated[
        bool,
        typer.Option(
            "--api-docs", help="Describe the API: /docs for people, /openapi.json for tools."
        ),
    ] = False,
    common: Common,
    connection: Connection,
) -> Exit:
    """Serve the page, and the API for front ends on this machine, until you press Ctrl-C.

    The address that is printed holds a token: whoever has it can do all that you can do with
    this workspace. MANIFEST_SYNC_TOKEN sets the token, for programs that must know it.

        manifest-sync serve                         any free port
        manifest-sync serve --port 8765 --no-open   a port of your choice, and no browser
    """
    screen = Screen(as_json=common.as_json, quiet=common.quiet)
    flags: dict[str, str | int | None] = {
        "profile": connection.profile,
        "region": connection.region,
        "endpoint_url": connection.endpoint_url,
        "jobs": connection.jobs,
    }
    with Workspace.open(common.workspace or Path.cwd(), flags=flags) as workspace:
        opener = Opener(workspace.root, flags)
    token, origins = read_token(), read_origins(allow_origin or [])
    with ExitStack() as stack:
        at = stack.enter_context(listening(host, port, token, origins))
        server = make_server(at, opener, api_docs=api_docs)
        _tell(screen, at)
        if not no_open and has_browser():
            stack.enter_context(browsing(at.url, opener.root / STATE_FOLDER))
        try:
            server.run(sockets=[at.socket])
        except KeyboardInterrupt:
            screen.tell("Ended.")
    return Exit.DONE


def _tell(screen: Screen, at: Listening) -> None:
    if at.is_public:
        screen.say(
            "Warning: other machines can reach this server, and what is sent to it is not "
            "encrypted. Whoever sees the token can use it."
        )
    if at.is_everywhere:
        screen.say(
            "From another machine, put an IP address of this one into the place of the address "
            "below; names are turned away."
        )
    screen.tell(f"Serving on {at.address}; Ctrl-C ends it.", "", f"  {at.url}", "")
    screen.document(ServeDocument("manifest-sync/serve", 1, at.url, at.address, at.door.token))
    sys.stdout.flush()
