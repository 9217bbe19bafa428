"""The same bytes on a Dask cluster of two workers, one of which is killed during the run."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta

import msgspec
import pytest

from corridor.forecasting.levers import levers
from tests import worlds

pytestmark = [pytest.mark.hard, pytest.mark.filterwarnings("ignore")]


def test_two_dask_workers_one_of_them_killed_give_the_bytes_of_one_process():
    distributed = pytest.importorskip("distributed")
    deadline = worlds.START + timedelta(hours=3)
    alone = levers(worlds.aleppo_small(), workers=1, runs=20_000, deadline=deadline)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            pids = list(client.run(os.getpid).values())
        killer = threading.Timer(1.0, os.kill, (pids[0], signal.SIGKILL))
        killer.start()
        spread = levers(worlds.aleppo_small(), cluster=cluster.scheduler_address, runs=20_000, deadline=deadline)
        assert not killer.is_alive(), "the answer came before the worker was killed"
    both = levers(worlds.aleppo_small(), workers=2, runs=20_000, deadline=deadline)
    assert msgspec.json.encode(alone) == msgspec.json.encode(spread) == msgspec.json.encode(both)
