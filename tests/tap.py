# SPDX-License-Identifier: GPL-2.0-or-later
"""The Test Anything Protocol, read strictly: what is not shown to have passed
has not passed."""

import re

PLAN = re.compile(r'1\.\.(\d+)\s*(?:#\s*SKIP\b\s*(.*))?$', re.IGNORECASE)
RESULT = re.compile(r'(not )?ok\b\s*(\d+)?\s*(?:- )?(.*)$')
SKIP = re.compile(r'\s*#\s*SKIP\b\s*(.*)$', re.IGNORECASE)
EXIT = re.compile(r'# exit status (-?\d+)$')


class Summary:
    """What one suite has to say for itself."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = []    # (name of the test, lines of diagnostics)
        self.skipped = []   # (name of the test, reason)
        self.problems = []  # with the suite as such; each counts as a failure
        self.last_lines = []  # of its output, when there are problems

    def failures(self):
        return len(self.failed) + len(self.problems)

    def ran(self):
        return self.passed + len(self.failed) + len(self.skipped)


def describe_exit(status):
    if status < 0:
        return f'ended by signal {-status}'
    return f'exit status {status}'


def exit_line(status):
    """What a saved log ends with, so that it says all there is to know."""
    return f'# exit status {status}'


class Reader:
    def __init__(self, name):
        self.summary = Summary(name)
        self.plan = None
        self.all_skipped = False
        self.status = None
        self.diagnostics = []

    def problem(self, text):
        self.summary.problems.append(text)

    def read_plan(self, match):
        if self.plan is not None:
            self.problem('a second plan')
        self.plan = int(match[1])
        if self.plan == 0 and match[2]:
            self.all_skipped = True
            self.summary.skipped.append(('all', match[2]))

    def read_result(self, match):
        name = match[3]
        skip = SKIP.search(name)
        number = self.summary.ran() + 1
        if match[2] and int(match[2]) != number:
            self.problem(f'test {match[2]} where {number} was due')
        if match[1]:
            self.summary.failed.append((name, self.diagnostics))
        elif skip:
            self.summary.skipped.append((name[:skip.start()],
                                         skip[1] or 'no reason given'))
        else:
            self.summary.passed += 1
        self.diagnostics = []

    def read_line(self, line):
        # Indented lines belong to a subtest, whose parent has the result.
        if match := PLAN.match(line):
            self.read_plan(match)
        elif match := RESULT.match(line):
            self.read_result(match)
        elif match := EXIT.match(line):
            self.status = int(match[1])
        elif line.startswith('Bail out!'):
            self.problem(line)
        elif line.strip():
            self.diagnostics.append(line)

    def close(self):
        ran = self.summary.ran() - self.all_skipped
        if self.plan is None:
            self.problem('no plan')
        elif ran != self.plan:
            self.problem(f'{self.plan} tests planned, {ran} ran')
        elif ran == 0 and not self.all_skipped:
            self.problem('no tests')
        if self.status and not self.summary.failed:
            self.problem(describe_exit(self.status))
        if self.summary.problems:
            self.summary.last_lines = self.diagnostics[-20:]
        return self.summary


def read(name, lines):
    """Summary of the suite @name from the lines of its output."""
    reader = Reader(name)
    for line in lines:
        reader.read_line(line.rstrip('\r\n'))
    return reader.close()


def of_exit_status(name, status, lines):
    """Summary of a program that does not speak TAP and counts as one test."""
    summary = Summary(name)
    if status == 0:
        summary.passed = 1
    elif status == 77:  # as in Automake and Meson
        summary.skipped.append((name, lines[-1].strip() if lines
                                else 'no reason given'))
    else:
        summary.failed.append((describe_exit(status), lines[-20:]))
    return summary


def format_suite(summary, seconds=None):
    """The line about a suite, and what went wrong in it."""
    counts = [f'{summary.passed} passed']
    if summary.failures():
        counts.append(f'{summary.failures()} failed')
    if summary.skipped:
        counts.append(f'{len(summary.skipped)} skipped')
    mark = 'FAIL' if summary.failures() else 'ok'
    time = '' if seconds is None else f'  {seconds:.1f} s'
    lines = [f'{mark:<5} {summary.name:<32} {", ".join(counts)}{time}']
    for name, diagnostics in summary.failed:
        lines.append(f'      not ok: {name}')
        lines += [f'        {line}' for line in diagnostics]
    for problem in summary.problems:
        lines.append(f'      {problem}')
    if summary.problems:
        lines += [f'        {line}' for line in summary.last_lines]
    for name, reason in summary.skipped:
        lines.append(f'      skipped: {name}: {reason}')
    return '\n'.join(lines)


def format_total(summaries):
    """The closing line."""
    passed = sum(s.passed for s in summaries)
    failed = sum(s.failures() for s in summaries)
    skipped = sum(len(s.skipped) for s in summaries)
    return f'{passed} passed, {failed} failed, {skipped} skipped'


def good(summaries):
    """Did something run, and nothing fail?"""
    return (sum(s.passed for s in summaries) > 0 and
            not any(s.failures() for s in summaries))
