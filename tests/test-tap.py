# SPDX-License-Identifier: GPL-2.0-or-later
"""Negative controls of the test runner: a suite that does not show that it
passed must count as failed."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile

import runner
import tap

HERE = os.path.dirname(os.path.abspath(__file__))

GOOD = ['1..2', 'ok 1 /a', 'ok 2 /b', '# exit status 0']

# name of the test, lines of a suite, (passed, failed, skipped) expected
CASES = [
    ('a good suite passes', GOOD, (2, 0, 0)),
    ('the plan may come last', GOOD[1:3] + ['1..2'], (2, 0, 0)),
    ('a failed test fails', ['1..2', 'ok 1 a', 'not ok 2 b'], (1, 1, 0)),
    ('a failed test with exit status 1 is one failure',
     ['1..1', 'not ok 1 a', '# exit status 1'], (0, 1, 0)),
    ('a skipped test is neither',
     ['1..2', 'ok 1 a', 'ok 2 b # SKIP no NUMA'], (1, 0, 1)),
    ('a suite may skip all', ['1..0 # SKIP no KVM', '# exit status 0'],
     (0, 0, 1)),
    ('no plan fails', GOOD[1:], (2, 1, 0)),
    ('a short run fails', GOOD[:2] + GOOD[3:], (1, 1, 0)),
    ('a long run fails', GOOD[:3] + ['ok 3 /c'], (3, 1, 0)),
    ('two plans fail', ['1..2'] + GOOD, (2, 1, 0)),
    ('a number left out fails', ['1..2', 'ok 1 a', 'ok 3 b'], (2, 1, 0)),
    ('no tests fail', ['1..0', '# exit status 0'], (0, 1, 0)),
    ('no output fails', ['# exit status 0'], (0, 1, 0)),
    ('an exit status fails', GOOD[:3] + ['# exit status 1'], (2, 1, 0)),
    ('a crash after the tests fails', GOOD[:3] + ['# exit status -11'],
     (2, 1, 0)),
    ('a crash in the middle fails',
     ['1..2', 'ok 1 a', '# exit status -6'], (1, 2, 0)),
    ('bailing out fails', ['1..2', 'ok 1 a', 'Bail out! no', 'ok 2 b'],
     (2, 1, 0)),
    ('a subtest does not count',
     ['1..1', '    1..1', '    not ok 1 a', 'ok 1 b'], (1, 0, 0)),
    ('what looks like a result within a line does not count',
     ['1..1', 'this is not ok 1', 'okay 2', 'ok 1 b'], (1, 0, 0)),
]


def check_case(lines, expected):
    summary = tap.read('x', lines)
    seen = (summary.passed, summary.failures(), len(summary.skipped))
    if seen != expected:
        return f'expected {expected}, seen {seen}: {summary.problems}'
    if tap.good([summary]) != (expected[1] == 0 and expected[0] > 0):
        return 'good() disagrees'
    return None


def check_nothing_is_not_good():
    return 'no suites at all are good' if tap.good([]) else None


def check_total():
    summaries = [tap.read(str(i), case[1]) for i, case in enumerate(CASES[:5])]
    line = tap.format_total(summaries)
    return None if line == '6 passed, 2 failed, 1 skipped' else line


def check_exit_statuses():
    for status, expected in [(0, (1, 0, 0)), (77, (0, 0, 1)), (1, (0, 1, 0)),
                             (-9, (0, 1, 0))]:
        summary = tap.of_exit_status('x', status, ['why'])
        seen = (summary.passed, summary.failures(), len(summary.skipped))
        if seen != expected:
            return f'status {status}: expected {expected}, seen {seen}'
    return None


def summarise(lines):
    """Exit status and last line of tap-summary."""
    text = ''.join(line + '\n' for line in lines)
    result = subprocess.run([sys.executable, '-B',
                             os.path.join(HERE, 'tap-summary')], input=text,
                            capture_output=True, text=True, check=False)
    return result.returncode, result.stdout.splitlines()[-1]


def check_command():
    seen = [summarise(GOOD), summarise(GOOD[1:]), summarise([])]
    expected = [(0, '2 passed, 0 failed, 0 skipped'),
                (1, '2 passed, 1 failed, 0 skipped'),
                (1, '0 passed, 1 failed, 0 skipped')]
    return None if seen == expected else f'{seen}'


# What a suite does, (passed, failed, skipped) expected.
PROGRAMS = [
    ('echo 1..1; echo ok 1 a', (1, 0, 0)),
    ('echo 1..1; echo not ok 1 a; exit 1', (0, 1, 0)),
    ('echo 1..1; echo ok 1 a; exit 3', (1, 1, 0)),
    ('echo 1..2; echo ok 1 a; kill -SEGV $$', (1, 2, 0)),
    ('echo ok 1 a', (1, 1, 0)),
    ('', (0, 1, 0)),
    # Not finished in time, and a plan not kept; its child dies with it.
    ('echo 1..2; echo ok 1 a; sleep 600; echo ok 2 b', (1, 3, 0)),
]


def check_programs():
    suites = [runner.Suite(str(i), ['sh', '-c', script], timeout=1)
              for i, (script, _) in enumerate(PROGRAMS)]
    suites.append(runner.Suite('none', ['/nowhere/suite']))
    expected = dict(enumerate(e for _, e in PROGRAMS))
    with tempfile.TemporaryDirectory() as logs:
        with contextlib.redirect_stdout(io.StringIO()):
            summaries = runner.run_all(suites, logs, 2)
    for summary in summaries:
        seen = (summary.passed, summary.failures(), len(summary.skipped))
        wanted = ((0, 1, 0) if summary.name == 'none'
                  else expected[int(summary.name)])
        if seen != wanted:
            return (f'program {summary.name}: expected {wanted}, seen {seen}: '
                    f'{summary.problems}')
    return None if len(summaries) == len(suites) else 'a suite got lost'


def main():
    checks = [(name, lambda l=lines, e=expected: check_case(l, e))
              for name, lines, expected in CASES]
    checks += [
        ('nothing at all is not good', check_nothing_is_not_good),
        ('the total adds up', check_total),
        ('programs without TAP count as one test', check_exit_statuses),
        ('programs that fail, crash, hang or are not there fail',
         check_programs),
        ('the command ends as the tests do', check_command),
    ]
    failed = 0
    print(f'1..{len(checks)}')
    for number, (name, check) in enumerate(checks, 1):
        complaint = check()
        failed += complaint is not None
        if complaint:
            print(f'# {complaint}')
        print(f'{"not ok" if complaint else "ok"} {number} - {name}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
