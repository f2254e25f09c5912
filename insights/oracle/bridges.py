"""Every macro that bridges the two dialects, asked the same in both engines and compared with what it has to answer."""

import datetime

import jinja2

import runner

# Expression, then what it has to be. Each is rendered for both engines.
CASES = [
    ("tidy(\"'  a b '\")", "a b"),
    ("tidy(\"'  '\")", None),
    ("tidy_lower(\"' ÑANDÚ '\")", "ñandú"),
    ("tidy_case(\"'VILLA DEL PARQUE'\")", "Villa Del Parque"),
    ("tidy_case(\"' núñez '\")", "Núñez"),
    ("tidy_case(\"'Parque de los Patricios'\")", "Parque de los Patricios"),
    ("tidy_case(\"'o''higgins 3rd t-light'\")", "O'Higgins 3rd T-Light"),
    ("tidy_case(\"''\")", None),
    ("money('cast(2.675 as decimal(18, 4))')", 2.68),
    ("money('cast(-2.675 as decimal(18, 4))')", -2.68),
    ("money('cast(0.0049 as decimal(18, 4))')", 0.0),
    ("rounded('cast(2.675 as double)', 2)", 2.68),
    ("rounded('cast(-0.125 as double)', 2)", -0.13),
    ("rounded('cast(9.95 as double)', 1)", 10.0),
    ("rounded('cast(1 as double) / 3', 4)", 0.3333),
    ("ratio('7', '2')", 3.5),
    ("ratio('7', '0')", None),
    ("percent('1', '3')", 33.33),
    ("div('7', '2')", 3),
    ("div('9', '5')", 1),
    ("month_of(\"date '2028-02-29'\")", datetime.date(2028, 2, 1)),
    ("add_months(\"date '2027-03-31'\", -1)", datetime.date(2027, 2, 28)),
    ("add_months(\"date '2027-12-01'\", 1)", datetime.date(2028, 1, 1)),
    ("local_date(\"timestamptz '2027-01-01 01:30:00Z'\")", datetime.date(2026, 12, 31)),
    ("local_date(\"timestamptz '2027-01-01 03:00:00Z'\")", datetime.date(2027, 1, 1)),
    ("days_between(\"date '2027-12-30'\", \"date '2028-01-02'\")", 3),
    ("seconds_between(\"timestamp '2027-01-01 00:00:00.100'\", \"timestamp '2027-01-01 00:01:00.100'\")", 60),
    ("seconds_between(\"timestamp '2027-01-01 00:00:00.100'\", \"timestamp '2027-01-01 00:01:00.099'\")", 59),
    ("seconds_between(\"timestamp '2027-01-01 00:00:01'\", \"timestamp '2027-01-01 00:00:00'\")", -1),
    ("score_of_rank('1', '7')", 1),
    ("score_of_rank('63', '100')", 4),
    ("score_of_rank('100', '100')", 5),
    ("score_of_recency('1', '1')", 5),
    ("score_of_recency('100', '100')", 1),
    ("score_of_recency('81', '100')", 1),
    ("score_of_recency('80', '100')", 2),
]
# One value for each group, over rows (g, v, o).
ORDERED = ("select g, {{ first_by('v', 'o desc, v') }} as chosen from (values ('a', 'x', 1), ('a', 'z', 2), ('a', 'y', 2), "
           "('b', 'w', 0)) as t(g, v, o) group by g order by g", [("a", "y"), ("b", "w")])


def check(database, session):
    """`(name, fault)` of each case and of today's date; the fault is None where both engines answer as they have to."""
    for expression, expected in CASES:
        answers = _both(database, session, f"select {{{{ {expression} }}}} as answer")
        right = all(rows == [(expected,)] for rows in answers)
        yield expression, None if right else f"{answers}, expected {expected}"
    answers = _both(database, session, ORDERED[0])
    yield "first_by", None if all(rows == ORDERED[1] for rows in answers) else f"{answers}"
    # Asked last to first and first to last, so that a midnight between the two engines' answers is seen for what it is.
    days = [rows[0][0] for _ in range(2) for rows in _both(database, session, "select {{ today() }} as answer")]
    yield "today", None if days[0] == days[1] or days[1] == days[2] else f"{days}"


def _both(database, session, template):
    """The rows DuckDB and DataFusion answer."""
    return [
        database.execute(_rendered(template, "duckdb")).fetchall(),
        [tuple(row.values()) for row in session.sql(_rendered(template, "datafusion")).to_pylist()],
    ]


def _rendered(template, target):
    macros = "\n".join(path.read_text() for path in sorted((runner.PROJECT / "macros").glob("*.sql")))
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals.update(target={"type": target}, var=lambda name, default=None: default)
    return environment.from_string(macros + "\n" + template).render().strip()
