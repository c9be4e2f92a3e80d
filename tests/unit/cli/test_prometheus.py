"""Prometheus's text format."""

from oracle_backup.cli.prometheus import Gauge, render_metrics


def test_metrics_have_help_type_and_samples():
    gauge = Gauge(name="ob_age", help="How old.", samples=[({"schema": "HR"}, 3), ({}, 0.5)])

    assert render_metrics([gauge]) == (
        '# HELP ob_age How old.\n# TYPE ob_age gauge\nob_age{schema="HR"} 3\nob_age 0.5\n'
    )


def test_labels_and_help_are_escaped():
    gauge = Gauge(name="ob", help='a\\b\n"c"', samples=[({"path": 'a\\b\n"c"'}, 1)])

    assert render_metrics([gauge]).splitlines() == [
        '# HELP ob a\\\\b\\n"c"',
        "# TYPE ob gauge",
        'ob{path="a\\\\b\\n\\"c\\""} 1',
    ]


def test_large_figures_lose_nothing_and_empty_metrics_are_left_out():
    full = Gauge(name="a", help="", samples=[({}, 12345678901234)])
    empty = Gauge(name="b", help="", samples=[])

    assert render_metrics([full, empty]).splitlines()[-1] == "a 12345678901234"
