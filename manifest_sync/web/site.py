"""What the routes of the page share: one server's workspace, runs, looks and small images."""

from fastapi.responses import HTMLResponse

from manifest_sync.web.boards import Boards
from manifest_sync.web.jobs import Jobs
from manifest_sync.web.offers import Offers
from manifest_sync.web.opening import Opener
from manifest_sync.web.originals import Originals
from manifest_sync.web.pages import make_templates
from manifest_sync.web.past import Pasts
from manifest_sync.web.sizes import Sizes
from manifest_sync.web.thumbnails import Thumbnails
from manifest_sync.workspace.resources import STATE_FOLDER


class Site:
    """One server's parts. Safe to use from several threads."""

    def __init__(self, opener: Opener, jobs: Jobs) -> None:
        """Nothing is opened, and no process is begun, before it is needed."""
        self.opener = opener
        self.jobs = jobs
        self.boards = Boards(opener)
        self.offers = Offers()
        self.pasts = Pasts(opener)
        self.sizes = Sizes()
        self.originals = Originals(opener)
        self.thumbnails = Thumbnails(opener.root / STATE_FOLDER / "thumbnails")
        self._templates = make_templates()

    def page(self, template: str, **values: object) -> HTMLResponse:
        """A page, or a part of one."""
        return HTMLResponse(self._templates.get_template(template).render(values))

    def close(self) -> None:
        """Begin no more, and end what runs in good order."""
        self.jobs.close()
        self.thumbnails.close()
