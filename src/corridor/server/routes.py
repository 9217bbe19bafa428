"""The one table of doors: the application, its checks, its tests, OpenAPI and the documentation are made from it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from corridor.log.chain import Checkpoint
from corridor.log.verify import Verdict
from corridor.operation.retention import Retention
from corridor.planning.plan import Plan
from corridor.publishing.redact import PublicView
from corridor.server import answers as a
from corridor.server import bodies as b
from corridor.server.console import queries as q
from corridor.server.rights import DESK, EVERYBODY, LEAD, MEMBERS, ROOM, Role
from corridor.situation.situation import Situation

Method = Literal["GET", "POST", "DELETE"]
Bucket = Literal["read", "write", "sync", "heavy", "sign-in"]
KILO = 1024
PREFIX = "/api/v1"
# OGC API Features stands under a root of its own, as GIS programs ask for one address.
FEATURES = PREFIX + "/features"
# Their modules are heavy: named here, loaded when somebody wants them described.
FORECAST = "corridor.forecasting.forecast:Forecast"
LATEST, SCORES = "corridor.server.told:Latest", "corridor.server.told:Scores"
PREVIEWED = "corridor.server.told:Previewed"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEVER_TABLE, COMPARED = "corridor.forecasting.levers:LeverTable", "corridor.forecasting.levers:Comparison"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One door.

    `roles` may pass; `closed` says that it stays open on a closed operation; `party` that one who is confined to a
    party's compartment may pass. `done` is the status of success, `also` what else it may answer beside those that
    follow from the rest. `largest` bounds the body in bytes; `limit` names the bucket of its rate. A body without
    type comes as a form (`form`).
    """

    method: Method
    path: str
    name: str
    summary: str
    roles: frozenset[Role]
    query: type[b.Strict] = b.Nothing
    body: Any = None
    form: bool = False
    answer: Any = None
    media: str = "application/json"
    done: int = 200
    also: tuple[int, ...] = ()
    closed: bool = True
    party: bool = False
    largest: int = 16 * KILO
    limit: Bucket = "read"

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def takes_body(self) -> bool:
        """Whether it reads a body."""
        return self.body is not None or self.form

    @property
    def is_page(self) -> bool:
        """Whether a person reads its answer in a browser; then refusals are pages too."""
        return self.media.startswith("text/html")

    @property
    def fields(self) -> tuple[str, ...]:
        """The names in its path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status it may answer."""
        found = {self.done, 400, 429, 503, *self.also}
        if self.roles != EVERYBODY:
            found |= {401, 403}
        if self.changes:
            found.add(403)
        if self.takes_body:
            found |= {413, 415}
        if self.fields:
            found.add(404)
        if not self.closed:
            found.add(409)
        return tuple(sorted(found))


def _read(path: str, name: str, summary: str, answer: Any, **more: Any) -> Route:  # noqa: ANN401 - a type or a union
    """Return a row that reads the operation "as known at" a moment."""
    fields: dict[str, Any] = {"roles": ROOM, "query": b.At, "also": (404, 422)} | more
    return Route(method="GET", path=PREFIX + path, name=name, summary=summary, answer=answer, **fields)


def _decide(path: str, name: str, summary: str, body: Any, **more: Any) -> Route:  # noqa: ANN401
    """Return a row that decides something; it stands in the log before it is answered."""
    fields: dict[str, Any] = {"roles": DESK, "answer": a.Done, "done": 201, "closed": False, "also": (409, 422)} | more
    return Route(
        method="POST", path=PREFIX + path, name=name, summary=summary, body=body, **({"limit": "write"} | fields)
    )


def _people(method: Method, path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401
    fields: dict[str, Any] = {"roles": frozenset({"admin"}), "limit": "write"} | more
    return Route(method=method, path=PREFIX + path, name=name, summary=summary, **fields)


def _feature(path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401
    """Return a row of OGC API Features: the public level, for everybody."""
    fields: dict[str, Any] = {"roles": EVERYBODY, "party": True, "answer": a.Anything} | more
    return Route(method="GET", path=FEATURES + path, name=name, summary=summary, **fields)


def _page(method: Method, path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401
    fields: dict[str, Any] = {"roles": EVERYBODY, "media": "text/html; charset=utf-8"} | more
    return Route(method=method, path=path, name=name, summary=summary, **fields)


def _console(path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401
    """Return a row of a console page: for the room, at a moment."""
    return _page("GET", path, name, summary, **({"roles": ROOM, "query": q.Seen} | more))


def _exports(path: str, name: str, what: str, **more: Any) -> tuple[Route, ...]:  # noqa: ANN401
    """Return the rows of a page's tables as files: the same address with .json, .csv, .geojson."""
    media = {"json": "application/json", "csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
    fields: dict[str, Any] = {"roles": ROOM, "query": q.Seen, "also": (404,)} | more
    return tuple(
        Route(method="GET", path=f"{path}.{form}", name=f"{name}_{form}", summary=f"{what} as {form}", media=kind,
              **fields)
        for form, kind in media.items()
    )  # fmt: skip


_ADMIN: frozenset[Role] = frozenset({"admin"})
_CHIEFS: frozenset[Role] = frozenset({"admin", "coordinator"})
_KEEPERS: frozenset[Role] = frozenset({"admin", "coordinator", "auditor"})

SERVER: tuple[Route, ...] = (
    _page("GET", "/", "home", "The first page: what is public, or the state of the operation", query=q.Seen,
          party=True),
    _page("GET", "/sign-in", "sign_in_page", "The sign-in page; a one-time link is used by its button",
          query=q.Entrance),
    _page("POST", "/sign-in", "sign_in_form", "Sign in by the page", form=True, done=303, limit="sign-in"),
    _page("POST", "/sign-out", "sign_out_form", "Sign out by the page", form=True, done=303, roles=MEMBERS, party=True),
    _page("GET", "/enrol", "enrol_page", "Where a phone goes that scanned an enrolment code", query=q.Look, done=303),
    _page("GET", "/field", "field_page", "The page of a post: it works without any network once it was open",
          query=q.Look, also=(304,)),
    _page("GET", "/field-worker.js", "field_worker", "What keeps the page of a post on the phone",
          media="text/javascript; charset=utf-8"),
    _page("GET", "/field.webmanifest", "field_manifest", "What installs the page of a post", query=q.Look,
          media="application/manifest+json"),
    _page("GET", "/static/{version}/{name}", "asset", "A script, style or picture of the pages, kept for ever",
          media="application/octet-stream"),
    _page("GET", "/trust.pem", "trust", "The certificate to trust, where the server made it", also=(404,),
          media="application/x-x509-ca-cert"),
    Route(method="GET", path="/health/live", name="live", summary="Whether the process lives", roles=EVERYBODY,
          answer=a.Health),
    Route(method="GET", path="/health/ready", name="ready", summary="Whether the log and the accounts can be reached",
          roles=EVERYBODY, answer=a.Health),
    Route(method="GET", path="/metrics", name="metrics", summary="Counts and times for Prometheus, without content",
          roles=_KEEPERS, media="text/plain; charset=utf-8"),
    Route(method="GET", path=PREFIX + "/openapi.json", name="openapi", summary="This description",
          roles=EVERYBODY, answer=a.Anything),
    Route(method="GET", path=PREFIX + "/public", name="public", summary="The public view: late, coarse, of the past",
          roles=EVERYBODY, party=True, answer=PublicView, also=(404,)),
)  # fmt: skip

READS: tuple[Route, ...] = (
    _read("/about", "about", "What is served: title, closed or not, the head of the log", a.About,
          roles=MEMBERS, party=True, query=b.Nothing, also=()),
    _read("/situation", "situation", "The situation (corridor assess)", Situation, party=True),
    _read("/situation/findings", "situation_findings", "Contradictions and open points (corridor check)", a.Findings),
    _read("/status", "status", "The truth of the moment in words (corridor status)", a.Sheet),
    _read("/handover", "handover", "The sheet for the next shift (corridor handover)", a.Sheet),
    _read("/alarms", "alarms", "What calls for a person now", a.Findings),
    _read("/progress", "progress", "Convoys beside the adopted plan", a.Progress, party=True),
    _read("/agreement", "agreement", "The agreement ledger", a.Agreed, party=True),
    _read("/reciprocity", "reciprocity", "The reciprocity ledger", a.Balances, party=True),
    _read("/holds", "holds", "The hold clock", a.Holds),
    _read("/events", "events", "Who says, who denies", a.Events),
    _read("/watches", "watches", "Who watched what, and what nobody watched", a.Watched),
    _read("/choices", "choices", "What people chose, place by place", a.Chosen),
    _read("/positions", "positions", "Where vehicles were last known to be", a.Positions, roles=DESK),
    _read("/checklist", "checklist", "The go/no-go list", a.Checklist),
    _read("/orders", "orders", "Orders sent, and which were read back", a.Orders),
    _read("/candidates", "candidates", "Candidates that wait to be accepted", a.Candidates, roles=DESK),
    _read("/reports", "reports", "The reports that count", a.Reports, roles=DESK),
    _read("/conflicts", "conflicts", "Two contents under one id; counts that never came", a.Disputed),
    _read("/assignment", "assignment", "What a post has to do", a.Assignment, roles=frozenset({"field"})),
    _read("/plan", "adopted", "The adopted plan", Plan, party=True),
    _read("/plan/findings", "plan_findings", "The adopted plan, every rule again (corridor verify)", a.Findings),
    _read("/plan/proposed", "proposed", "The last plan made, to be looked at and adopted", a.Proposed, query=b.Nothing),
    _read("/forecast", "forecast", "The last forecast (corridor forecast)", FORECAST, query=b.Nothing),
    _read("/levers", "levers", "The last table of levers (corridor levers)", LEVER_TABLE, query=b.Nothing),
    _read("/comparison", "comparison", "The last what-if (corridor compare)", COMPARED, query=b.Nothing),
    _read("/forecast/latest", "latest", "By when to start to be safe before a hazard arrives (corridor latest)",
          LATEST, query=b.Before),
    _read("/score", "score", "The last score of the forecasts in the log (corridor score)", SCORES, query=b.Nothing),
    _read("/form", "form", "The form for ODK and Kobo (corridor form)", None, roles=DESK, query=b.Nothing, also=(),
          media=XLSX),
    _read("/publication", "publication", "The last release, as an archive (corridor publish)", None, roles=LEAD,
          query=b.Nothing, media="application/zip"),
    _read("/publication/preview", "publication_preview",
          "What a reader of such a release could infer (corridor publish --preview)", PREVIEWED, roles=LEAD,
          query=b.Nothing),
    _read("/retention", "retention", "Until when free texts are kept (corridor log retain)", Retention,
          query=b.Nothing, limit="heavy", also=()),
    _read("/jobs", "works", "The last work of each kind", a.Works, query=b.Nothing, also=()),
    _read("/texts/{report}", "free_text", "The free text of a report, for those who need to know", a.FreeText,
          roles=frozenset({"field", "dispatcher", "coordinator"}), query=b.Nothing),
    _read("/log", "log_page", "The log, page by page", a.Rows, roles=ROOM, query=b.Page, also=()),
    _read("/log/verdict", "log_verdict", "Every hash and signature (corridor log verify)", Verdict,
          roles=frozenset({"coordinator", "auditor"}), query=b.Nothing, limit="heavy", also=()),
    _read("/log/checkpoint", "checkpoint", "A signed checkpoint to keep outside", Checkpoint,
          roles=frozenset({"coordinator", "auditor"}), query=b.Nothing, also=(404,)),
    _read("/stream", "stream", "The live stream: server-sent events whose id is the seq of the entry", None,
          roles=MEMBERS - _ADMIN, party=True, query=b.Following, media="text/event-stream; charset=utf-8", also=()),
)  # fmt: skip

DECISIONS: tuple[Route, ...] = (
    _decide("/sync", "sync", "A batch of a device: any order, any repetition, urgent ones first", b.Batch,
            roles=frozenset({"field"}), answer=a.Synced, done=200, limit="sync", largest=4 * KILO * KILO, also=()),
    _read("/sync", "have", "What the server has of this device", a.Have, roles=frozenset({"field"}),
          query=b.Nothing, also=(), closed=False),
    Route(method="GET", path=PREFIX + "/position", name="position", roles=frozenset({"field"}), query=b.Fix,
          summary="A position from Traccar Client or OsmAnd", answer=a.Done, closed=False, limit="sync", also=(422,)),
    _decide("/reports", "tell", "Record reports (corridor record)", b.Told, answer=a.Synced, done=200,
            largest=4 * KILO * KILO),
    _decide("/codes", "codes", "Record what a phone wrote and another passes on: a file, QR codes, radio, paper",
            b.Codes, roles=DESK | {"field"}, answer=a.Synced, done=200, largest=KILO * KILO, also=(422,)),
    _decide("/texts", "read_prose", "Read a text for candidates (corridor read)", b.Prose, answer=a.Synced, done=200,
            largest=KILO * KILO),
    _decide("/decisions/accept", "accept", "Accept candidates (corridor accept)", b.Accept, largest=256 * KILO),
    _decide("/decisions/withdraw", "withdraw", "Withdraw a report (corridor correct --withdraw)", b.Withdraw),
    _decide("/decisions/correct", "correct", "Correct a report (corridor correct --value)", b.Correct),
    _decide("/decisions/adopt", "adopt", "Adopt the proposed plan (corridor adopt)", b.Adopt, roles=LEAD),
    _decide("/decisions/sign", "sign", "Sign an item of the go/no-go list (corridor sign)", b.Signature, roles=LEAD),
    _decide("/decisions/handover", "hand_over", "Hand over to the next shift (corridor handover --to)", b.HandOver),
    _decide("/orders", "order", "Send an order (corridor order)", b.Give, answer=a.Given),
    _decide("/orders/read-back", "read_back", "Log what a crew read back (corridor order --read-back)",
            b.ReadBack, also=(404, 409, 422)),
    _decide("/decisions/open", "open_corridor", "Propose to open a movement's corridor", b.Opening, roles=LEAD),
    _decide("/decisions/open/{proposal}/confirm", "confirm_opening", "Open it: a second person confirms", b.Reason,
            roles=LEAD),
    _decide("/decisions/close", "close", "Close the operation: nothing more is recorded", b.Reason, roles=LEAD),
    _decide("/decisions/reopen", "reopen", "Open a closed operation again", b.Reason, roles=LEAD, closed=True),
    _decide("/injects", "inject", "Put an invented report into an exercise", b.Inject, roles=LEAD),
    _decide("/replay", "replay_pace", "Set how fast an old operation is played again", b.Paced, roles=LEAD,
            done=200, closed=True, also=(404,)),
    _decide("/jobs/plan", "work_plan", "Plan (corridor plan); the stream announces it", b.PlanWork,
            answer=a.Started, done=202, also=(422,)),
    _decide("/jobs/forecast", "work_forecast", "Forecast (corridor forecast); the stream announces it",
            b.ForecastWork, answer=a.Started, done=202, also=(404, 409, 422)),
    _decide("/jobs/levers", "work_levers", "Try every lever (corridor levers); the stream announces it", b.LeversWork,
            answer=a.Started, done=202, also=(422,)),
    _decide("/jobs/compare", "work_compare", "What if: the situation with some reports assumed (corridor compare)",
            b.WhatIf, answer=a.Started, done=202, also=(422,), largest=256 * KILO),
    _decide("/jobs/publish", "work_publish", "Publish the adopted plan (corridor publish); the log says it first",
            b.PublishWork, roles=LEAD, answer=a.Started, done=202, closed=True, also=(404, 422)),
    _decide("/jobs/preview", "work_preview", "What could a reader of such a release infer? Nothing goes out",
            b.PublishWork, roles=LEAD, answer=a.Started, done=202, closed=True, also=(404, 422)),
    _decide("/jobs/score", "work_score", "Score the forecasts in the log by what became of it (corridor score)",
            b.ScoreWork, answer=a.Started, done=202, closed=True, also=(404, 422)),
    _decide("/jobs/what-if", "work_what_if", "Try a change of the situation: plan it, run it, compare", b.Tried,
            answer=a.Compared, done=200, closed=True, also=(404, 409, 422)),
    _decide("/log/export", "export", "Export the whole log; who, to whom and why stand in it", b.Export,
            roles=frozenset({"coordinator", "auditor"}), answer=None, done=200, media="application/jsonl",
            closed=True, also=()),
    _decide("/retention/erase", "retain", "Erase the free texts whose day has come, now (corridor log retain --erase)",
            None, roles=LEAD, answer=Retention, done=200, closed=True, also=(409,)),
    _decide("/retention/extend", "extend_retention", "Propose to keep free texts longer", b.Extend, roles=LEAD,
            closed=True),
    _decide("/retention/extend/{proposal}/confirm", "confirm_extension", "Keep them longer: a second person confirms",
            b.Reason, roles=LEAD, closed=True),
    Route(method="DELETE", path=PREFIX + "/texts/{report}", name="erase_text", roles=LEAD, limit="write",
          summary="Erase the free text of a report: its key is destroyed, the chain holds", answer=a.Done, also=(404,)),
)  # fmt: skip

PEOPLE: tuple[Route, ...] = (
    _people("GET", "/session", "me", "Who is signed in", roles=MEMBERS, party=True, answer=a.Me, limit="read"),
    _people("POST", "/session", "sign_in", "Sign in by passphrase", roles=EVERYBODY, body=b.SignIn, answer=a.Me,
            also=(401,), limit="sign-in"),
    _people("POST", "/session/link", "use_link", "Sign in by a one-time link", roles=EVERYBODY, body=b.Link,
            answer=a.Me, also=(401,), limit="sign-in"),
    _people("DELETE", "/session", "sign_out", "Sign out", roles=MEMBERS, party=True, done=204),
    _people("POST", "/session/passphrase", "set_passphrase", "Set one's own passphrase", roles=MEMBERS - {"field"},
            party=True, body=b.Passphrase, done=204, also=(409,), limit="sign-in"),
    _people("POST", "/session/factor", "new_factor", "A new second factor, to be confirmed",
            roles=MEMBERS - {"field"}, party=True, body=b.NewFactor, answer=a.Factor, also=(409,), limit="sign-in"),
    _people("POST", "/session/factor/confirm", "confirm_factor", "Confirm the second factor by its digits",
            roles=MEMBERS - {"field"}, party=True, body=b.Digits, done=204, also=(409,), limit="sign-in"),
    _people("GET", "/sessions", "sessions", "One's own open sessions; all of them for the administrator",
            roles=MEMBERS - {"field"}, party=True, answer=a.Sessions, limit="read"),
    _people("DELETE", "/sessions/{session}", "end_session", "End a session", roles=MEMBERS - {"field"}, party=True,
            done=204),
    _people("GET", "/accounts", "accounts", "Every account, by pseudonym", answer=a.Accounts,
            roles=frozenset({"admin", "auditor"}), limit="read"),
    _people("POST", "/accounts", "make_account", "Make an account; its one-time link is shown once",
            body=b.NewAccount, answer=a.Invited, done=201),
    _people("POST", "/accounts/{account}/role", "change_role", "Give an account another role", body=b.ChangeRole,
            answer=a.Invited, done=201),
    _people("POST", "/accounts/{account}/link", "new_link", "A new one-time link; the passphrase is gone",
            answer=a.Invited, done=201),
    _people("DELETE", "/accounts/{account}", "revoke_account", "End an account and its sessions", done=204),
    _people("GET", "/devices", "devices", "Every device, by its post", roles=_KEEPERS, answer=a.Devices, limit="read"),
    _people("POST", "/devices", "enrol", "Enrol a device at a post; the code is shown once", roles=_CHIEFS,
            body=b.NewDevice, answer=a.Enrolment, done=201, closed=False),
    _people("DELETE", "/devices/{device}", "revoke_device", "Let a lost device in no more", roles=_CHIEFS, done=204),
    _people("POST", "/devices/claim", "claim", "A device turns its code into its token", roles=EVERYBODY,
            body=b.Claim, answer=a.Claimed, also=(401,), limit="sign-in"),
)  # fmt: skip

GIS: tuple[Route, ...] = (
    _feature("", "features_landing", "OGC API Features: where to go from here"),
    _feature("/conformance", "features_conformance", "OGC API Features: what is followed"),
    _feature("/collections", "features_collections", "OGC API Features: the collections"),
    _feature("/collections/{collection}", "features_collection", "OGC API Features: one collection"),
    _feature("/collections/{collection}/items", "features_items", "OGC API Features: the public places or figures",
             query=b.Items, media="application/geo+json"),
    _feature("/collections/{collection}/items/{feature}", "features_item", "OGC API Features: one feature",
             media="application/geo+json"),
)  # fmt: skip

CONSOLE: tuple[Route, ...] = (
    _console("/codes", "codes_page", "Type in what was said over the radio or written on paper",
             roles=DESK),
    _console("/sheet", "sheet", "A sheet of paper for a post without any phone", query=q.OfPost, roles=DESK),
    *_exports("/now", "home", "The tables of the first page"),
    _console("/plan", "plan", "The plan against what happens; what-if; two plans compared; adopting", query=q.OfPlan),
    *_exports("/plan", "plan", "The tables of the plan", query=q.OfPlan),
    _console("/plan/sheets", "sheets", "Movement table and convoy sheets, to be printed", query=q.OfPlan),
    _console("/people", "people", "Who says what of the people, and who denies", query=q.OfMovement),
    *_exports("/people", "people", "Claims, events and sources", query=q.OfMovement),
    _console("/figure", "figure", "The reports behind one figure", query=q.OfFigure, also=(404,)),
    *_exports("/figure", "figure", "The reports behind one figure", query=q.OfFigure),
    _console("/waiting", "waiting", "Those who wait, and what they need"),
    *_exports("/waiting", "waiting", "Holds and needs"),
    _console("/reception", "reception", "Receptions: room, who came, who is expected"),
    *_exports("/reception", "reception", "Receptions"),
    _console("/agreement", "agreement_page", "What is agreed, guaranteed, claimed and owed"),
    *_exports("/agreement", "agreement_page", "Terms, guarantees, claims of breach"),
    _console("/reader", "reader", "Read an article: spans, candidates, accept or leave", roles=DESK),
    *_exports("/reader", "reader", "Candidates that wait", roles=DESK),
    _console("/log", "log_console", "Everything that was said and decided", query=q.LogFilter),
    *_exports("/log", "log_console", "Entries of the log", query=q.LogFilter),
    _console("/exercise", "exercise", "Exercises: injects, and how fast they were answered"),
    *_exports("/exercise", "exercise", "Injects"),
    _console("/orders", "orders_page", "Orders: the short texts, and whether each was read back"),
    *_exports("/orders", "orders_page", "Orders sent"),
    _console("/accounts", "accounts_page", "Accounts, devices and sessions", roles=_KEEPERS),
    _console("/start", "start", "From nothing to a plan, step by step"),
)  # fmt: skip

ROUTES: tuple[Route, ...] = (*GIS, *SERVER, *READS, *DECISIONS, *PEOPLE, *CONSOLE)
