"""Which verbs of the command line have doors here, and why the others stay on the machine of whoever runs them.

The tests hold this table against the command line and against the table of doors: no verb stands in neither list.
"""

from __future__ import annotations

# The verb, and the names of the doors by which a server does the same (`routes.py`).
SERVED: dict[str, tuple[str, ...]] = {
    "read": ("read_prose", "candidates"),
    "accept": ("accept",),
    "assess": ("situation",),
    "check": ("situation_findings",),
    "plan": ("work_plan", "proposed"),
    "verify": ("plan_findings",),
    "forecast": ("work_forecast", "forecast"),
    "publish": ("work_publish", "publication", "work_preview", "publication_preview", "public"),
    "form": ("form",),
    "levers": ("work_levers", "levers"),
    "compare": ("work_compare", "comparison", "work_what_if"),
    "score": ("work_score", "score"),
    "record": ("tell", "sync", "codes"),
    "adopt": ("adopt", "adopted"),
    "correct": ("correct", "withdraw"),
    "order": ("order", "read_back", "orders"),
    "sign": ("sign", "checklist"),
    "status": ("status",),
    "handover": ("handover", "hand_over"),
    "positions": ("position", "positions"),
    "latest": ("latest",),
    "drill": ("inject", "replay_pace"),
    "log verify": ("log_verdict", "checkpoint"),
    "log export": ("export",),
    "log erase": ("erase_text",),
    "log retain": ("retention", "retain", "extend_retention", "confirm_extension"),
}

_FILES = "it names files of the machine that it runs on; a server opens no file because somebody asks it to"
_MAPS = (
    "it reads a map of many megabytes that lies on a disk and asks nothing of the log; what it reports is recorded by "
    "POST /api/v1/reports"
)

# The verb, and why it has no door.
LOCAL: dict[str, str] = {
    "new": "it makes the log that a server then serves",
    "serve": "it starts the server that answers here",
    "demo": "it makes up an operation of its own from the example; `demo --serve` serves it",
    "tell": (
        "it makes an operation of its own out of articles that nobody has reviewed; a log takes texts by "
        "POST /api/v1/texts, where a person accepts each claim"
    ),
    "log import": _FILES,
    "log backup": _FILES,
    "log restore": _FILES,
    "roads legs": _MAPS,
    "roads way": _MAPS,
    "roads why": _MAPS,
    "roads reach": _MAPS,
    "roads bridges": _MAPS,
    "roads layers": _MAPS,
    "roads receptions": _MAPS,
    "roads pickups": _MAPS,
}
