"""Jobs: listed, made, read, changed, deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from rota.api import cursors
from rota.api.answers import JobPage
from rota.api.examples import CREATE, JOB, UPDATE
from rota.api.route import Asker, JobRef, Product, Size, about, location
from rota.domain.errors import Conflict, Invalid
from rota.domain.job import Job, JobPatch, JobSpec, JobStatus
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.services.listing import Listing, Page
from rota.store.job_pages import Order
from rota.store.jobs import Filter

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"], route_class=GuardedRoute)

ETAG = {"ETag": "the version of its definition, for If-Match"}
IfMatch = Annotated[
    str | None,
    Header(description="the ETag that the job must still have, or the change is refused", max_length=200),
]


@router.get(
    "/",
    **about(
        "List jobs", Action.JOB_READ, headers={"Link": "next, prev and first page", "X-Total-Count": "as total"},
        example={
            "items": [JOB], "total": 1, "total_exact": True, "page": 1, "size": 20, "pages": 1, "next_cursor": None,
        },
    ),
)  # fmt: skip
def list_jobs(
    request: Request,
    response: Response,
    rota: Product,
    page: Annotated[int, Query(ge=1, le=10**9, description="which page; the first is 1")] = 1,
    size: Size = 20,
    cursor: Annotated[
        str | None, Query(description="next_cursor of the page before", max_length=2000)
    ] = None,
    status: Annotated[JobStatus | None, Query(description="only jobs that stand so")] = None,
    is_enabled: Annotated[bool | None, Query(description="only enabled, or only disabled ones")] = None,
    job_type: Annotated[str | None, Query(description="only jobs of this type", max_length=100)] = None,
    tag: Annotated[str | None, Query(description="only jobs with this tag", max_length=100)] = None,
    is_overdue: Annotated[
        bool, Query(description="only jobs whose time has passed, beyond their grace, without a run")
    ] = False,
    search: Annotated[
        str | None, Query(description="only jobs with this in name, title or description", max_length=200)
    ] = None,
    sort: Annotated[str, Query(description="a field; with - before it, downwards", max_length=40)] = "name",
) -> Any:
    """Jobs by page, as far as 10,000 jobs deep, or by cursor without end."""
    order = cursors.order_of(sort)
    wanted = Filter(
        status=status, is_enabled=is_enabled, job_type=job_type, tag=tag, search=search,
        overdue_at=rota.clock.now() if is_overdue else None,
    )  # fmt: skip
    after = None if cursor is None else cursors.read(cursor, order)
    found = Listing(rota.db).page(wanted, order, number=page, size=size, after=after)
    told = _page(found, order, None if cursor else page, size)
    _link(request, response, told)
    response.headers["X-Total-Count"] = str(told.total)
    return told


def _page(found: Page, order: Order, number: int | None, size: int) -> JobPage:
    following = None if found.following is None else cursors.write(found.following, order)
    return JobPage(
        items=found.jobs, total=found.total, total_exact=found.exact, page=number, size=size,
        pages=-(-found.total // size) if found.exact else None, next_cursor=following,
    )  # fmt: skip


def _link(request: Request, response: Response, told: JobPage) -> None:
    following = {"cursor": told.next_cursor} if told.next_cursor else None
    before = {"page": told.page - 1} if told.page and told.page > 1 else None
    cursors.link(request, response, next=following, prev=before, first={"page": 1})


@router.post("/", **about("Create a job", Action.JOB_CREATE, 404, 409, body=True, status=201, headers=ETAG,
                          example=JOB))  # fmt: skip
def create_job(
    spec: Annotated[JobSpec, CREATE], request: Request, response: Response, rota: Product, by: Asker
) -> Job:
    """Make a job of a task that some node knows. What is not given is as the settings say, or as the default is."""
    defaults = rota.configuration.job_defaults(spec.task_name)
    usual = {name: value for name, value in defaults.items() if name not in spec.model_fields_set}
    made = rota.jobs.create(spec.model_copy(update=usual), by)
    response.headers["ETag"] = etag(made)
    response.headers["Location"] = location(request, f"/jobs/{made.id}")
    return made


@router.post("/check", **about("Check a job", Action.JOB_READ, 404, body=True, status=204))
def check_job(spec: Annotated[JobSpec, CREATE], rota: Product) -> None:
    """Whether a job could be made so: its task is known, its arguments fit, its schedule has a fire. Makes nothing."""
    rota.jobs.check(spec)


@router.get("/{job}", **about("Get a job", Action.JOB_READ, 404, headers=ETAG, example=JOB))
def get_job(job: JobRef, response: Response, rota: Product) -> Job:
    """One job, by its id or its name."""
    found = rota.jobs.get(job)
    response.headers["ETag"] = etag(found)
    return found


@router.put(
    "/{job}", **about("Update a job", Action.JOB_UPDATE, 404, 409, 412, body=True, headers=ETAG, example=JOB)
)
def put_job(
    job: JobRef, patch: Annotated[JobPatch, UPDATE], response: Response, rota: Product, by: Asker,
    if_match: IfMatch = None,
) -> Job:  # fmt: skip
    """Change the fields given; the others stay as they are. A new schedule starts from now."""
    return _update(job, patch, response, rota, by, if_match)


@router.patch(
    "/{job}", **about("Change a job", Action.JOB_UPDATE, 404, 409, 412, body=True, headers=ETAG, example=JOB)
)
def patch_job(
    job: JobRef, patch: Annotated[JobPatch, UPDATE], response: Response, rota: Product, by: Asker,
    if_match: IfMatch = None,
) -> Job:  # fmt: skip
    """The same as PUT: change the fields given."""
    return _update(job, patch, response, rota, by, if_match)


def _update(
    job: str, patch: JobPatch, response: Response, rota: Product, by: Asker, if_match: str | None
) -> Job:
    changed = rota.jobs.update(job, patch, by, expected=_version(rota, job, if_match))
    response.headers["ETag"] = etag(changed)
    return changed


@router.delete("/{job}", **about("Delete a job", Action.JOB_DELETE, 404, 409, 412, status=204))
def delete_job(job: JobRef, rota: Product, by: Asker, if_match: IfMatch = None) -> None:
    """Take a job away. Its executions stay until retention takes them; what it has queued is cancelled."""
    rota.jobs.delete(job, by, expected=_version(rota, job, if_match))


def etag(job: Job) -> str:
    """The version of a job's definition, as a header says it."""
    return f'"{job.id}.{job.version}"'


def _version(rota: Product, reference: str, if_match: str | None) -> int | None:
    """The version that If-Match demands, which the change itself looks at. Raises Invalid, Conflict."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = rota.jobs.get(reference)
    for one in if_match.split(","):
        id_, _, version = one.strip().removeprefix("W/").strip('"').partition(".")
        if id_ == str(found.id) and version.isascii() and version.isdigit() and len(version) < 10:
            return int(version)
    if '"' not in if_match:
        raise Invalid(
            "If-Match holds no ETag",
            fix="send the ETag that the job came with, in its quotes",
            field="If-Match",
        )
    raise Conflict(f'job "{found.name}" is not what If-Match says', fix="read it again", code="changed")
