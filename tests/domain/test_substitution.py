"""`${NAME}` in an expression is replaced once, from names that are allowed."""

import pytest

from rota.domain.errors import InvalidSchedule
from rota.domain.schedule import Schedule
from rota.domain.substitution import substitute

ENVIRONMENT = {
    "BACKUP_SCHEDULE": "0 3 * * *",
    "EMPTY_SCHEDULE": "",
    "LOOP_SCHEDULE": "${BACKUP_SCHEDULE}",
    "PATH": "/",
}


@pytest.mark.parametrize(
    ("expression", "resolved"),
    [
        ("0 3 * * *", "0 3 * * *"),
        ("${BACKUP_SCHEDULE}", "0 3 * * *"),
        ("${BACKUP_SCHEDULE:-@daily}", "0 3 * * *"),
        ("${OTHER_SCHEDULE:-*/5 * * * *}", "*/5 * * * *"),
        ("${EMPTY_SCHEDULE:-@daily}", "@daily"),
        ("${EMPTY_SCHEDULE}", ""),
        ("0 ${HOUR_SCHEDULE:-3} * * ${DAY_SCHEDULE:-MON}", "0 3 * * MON"),
        ("${LOOP_SCHEDULE}", "${BACKUP_SCHEDULE}"),
    ],
)
def test_a_variable_is_replaced_by_its_value_or_default_and_once(expression, resolved):
    assert substitute(expression, ENVIRONMENT) == resolved


@pytest.mark.parametrize(
    ("expression", "part", "says"),
    [
        (
            "${NOWHERE_SCHEDULE}",
            "NOWHERE_SCHEDULE",
            "is not set; set it, or write ${NOWHERE_SCHEDULE:-default}",
        ),
        ("${PATH}", "PATH", "may not be read in a schedule; the setting schedule_env allows *_SCHEDULE"),
        ("${PATH:-@daily}", "PATH", "may not be read"),
        ("$BACKUP_SCHEDULE", "$BACKUP_SCHEDULE", "is not a variable; write ${NAME}"),
        ("${BACKUP_SCHEDULE", "${BACKUP_SCHEDULE", "is not a variable"),
        ("${A_SCHEDULE:-${B_SCHEDULE}}", "${A_SCHEDULE:-${B_SCHEDULE}}", "is not a variable"),
        ("${BACKUP-SCHEDULE}", "${BACKUP-SCHEDULE}", "is not a variable"),
        ("$" * 300, "$" * 20, "has 300 characters"),
    ],
)
def test_what_cannot_be_replaced_is_refused(expression, part, says):
    with pytest.raises(InvalidSchedule) as refused:
        substitute(expression, ENVIRONMENT)
    assert says in str(refused.value)
    if "B_SCHEDULE}}" not in expression:
        assert refused.value.part == part


def test_the_allowed_names_are_a_setting():
    assert substitute("${MY_CRON}", {"MY_CRON": "@daily"}, allowed=["*_SCHEDULE", "MY_*"]) == "@daily"
    with pytest.raises(InvalidSchedule, match="allows none"):
        substitute("${BACKUP_SCHEDULE}", ENVIRONMENT, allowed=[])


def test_what_was_not_resolved_is_no_schedule():
    with pytest.raises(InvalidSchedule):
        Schedule("cron", "${BACKUP_SCHEDULE}")
