# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs test suites, some at a time, and reads what they say."""

import concurrent.futures
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field

import tap

# Seconds for a suite that does not say how long it may take.
TIMEOUT = 120


@dataclass
class Suite:
    name: str
    command: list
    environment: dict = field(default_factory=dict)
    directory: str = '/'
    timeout: float = TIMEOUT
    speaks_tap: bool = True


def run(suite, log_path):
    """Runs a suite; returns its summary and how long it took."""
    environment = {**os.environ, **suite.environment}
    start = time.monotonic()
    with open(log_path, 'w+', encoding='utf-8', errors='replace') as log:
        try:
            process = subprocess.Popen(suite.command, stdout=log,
                                       stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL,
                                       cwd=suite.directory, env=environment,
                                       start_new_session=True)
        except OSError as error:
            summary = tap.Summary(suite.name)
            summary.problems.append(str(error))
            return summary, 0
        late = None
        try:
            status = process.wait(suite.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
            late = f'not finished within {suite.timeout:g} s'
        log.seek(0)
        lines = log.read().splitlines()
        print(tap.exit_line(status), file=log)
    if suite.speaks_tap:
        summary = tap.read(suite.name, lines + [tap.exit_line(status)])
    else:
        summary = tap.of_exit_status(suite.name, status, lines)
    if late:
        summary.problems.append(late)
    return summary, time.monotonic() - start


def run_all(suites, logs, jobs):
    """Runs @suites, @jobs at a time, with progress; returns the summaries."""
    summaries = []
    os.makedirs(logs, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {}
        for suite in suites:
            log = os.path.join(logs, suite.name.replace('/', '-') + '.tap')
            futures[pool.submit(run, suite, log)] = log
        for future in concurrent.futures.as_completed(futures):
            summary, seconds = future.result()
            summaries.append(summary)
            print(tap.format_suite(summary, seconds), flush=True)
            if summary.failures():
                print(f'      log: {futures[future]}', flush=True)
    return summaries
