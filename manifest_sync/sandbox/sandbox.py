"""The sandbox: an embedded S3 and a sample workspace that is ready to be synced with it."""

from pathlib import Path
from types import TracebackType
from typing import Self

from manifest_sync.sandbox.folder import SANDBOX_MARK, claim
from manifest_sync.sandbox.samples import STYLES, make_samples
from manifest_sync.sandbox.server import BUCKET, Server, start_server


class Sandbox:
    """A server and a folder with two styles; a context manager that stops the server.

    The folder stays, with whatever was done in it, and may be used again. The bucket does not:
    it begins empty each time.
    """

    def __init__(self, server: Server, folder: Path) -> None:
        """Use `open_sandbox`."""
        self._server = server
        self.folder = folder

    @property
    def endpoint_url(self) -> str:
        """Where the embedded S3 answers."""
        return self._server.endpoint_url

    @property
    def remotes(self) -> dict[str, str]:
        """Style folder, relative to the sandbox's → the prefix on S3 that is meant for it."""
        return {style.folder: f"s3://{BUCKET}/{style.folder}/" for style in STYLES}

    def environment(self) -> dict[str, str]:
        """The variables a person must export in the shell where they try things."""
        return self._server.environment()

    def first_commands(self) -> list[str]:
        """What to type in the folder to begin with."""
        inits = [
            f"manifest-sync init {folder} --remote {remote}"
            for folder, remote in self.remotes.items()
        ]
        return [*inits, "manifest-sync status", "manifest-sync push"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()


def open_sandbox(folder: Path, *, port: int = 0) -> Sandbox:
    """Start the embedded S3 and make the sample workspace, where the folder is not one already.

    A folder that is neither empty nor made by the sandbox is refused (`core.errors.Refused`);
    where the server does not start `UsageProblem` says why.
    """
    if claim(folder, SANDBOX_MARK):
        make_samples(folder)
    return Sandbox(start_server(port), folder)
