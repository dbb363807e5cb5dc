"""The threats that rota is built against, one row each: what proves the defence, or why there is nothing to defend yet.

A test that stands here is looked up by `test_rows.py`; one that is renamed or lost fails the build.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A threat. tests: path::name of what proves the defence; later: what does not apply yet, and why"""

    threat: str
    tests: tuple[str, ...] = ()
    later: str = ""


ROWS = (
    Row("task names as dotted imports", (
        "tests/security/test_names.py::test_only_names_that_code_has_registered_can_be_saved",
        "tests/security/test_names.py::test_a_name_that_was_written_into_the_database_runs_nothing",
        "tests/registry/test_tasks.py::test_arguments_that_do_not_fit_are_refused_by_name_with_the_fix",
    )),
    Row("pickle and unsafe loaders", ("tests/security/test_code.py::test_nothing_unpickles_or_evaluates",)),
    Row("commands", (
        "tests/jobs/test_general.py::test_a_program_is_started_without_a_shell_and_what_it_prints_is_kept",
        "tests/jobs/test_general.py::test_a_program_sees_nothing_of_the_environment",
        "tests/jobs/test_general.py::test_a_program_that_is_not_named_is_not_started",
        "tests/jobs/test_general.py::test_a_program_starts_only_in_allowed_folders_and_may_be_run_again",
        "tests/executors/test_local.py::test_a_body_finds_no_secret_of_rota_in_its_environment",
    )),
    Row("environment in schedules", (
        "tests/security/test_inputs.py::test_environment_only_allowed_variables_are_read_and_none_is_shown",
    )),
    Row("requests to addresses inside", (
        "tests/channels/test_web.py::test_nothing_inside_is_called_however_it_is_written",
        "tests/channels/test_web.py::test_a_redirect_is_an_answer_and_not_followed",
        "tests/channels/test_web.py::test_what_is_no_plain_web_address_is_refused",
        "tests/channels/test_web.py::test_a_long_answer_and_a_closed_door_are_errors",
    )),
    Row("path traversal", (
        "tests/jobs/test_cleaning.py::test_old_files_go_and_links_are_left_alone",
        "tests/jobs/test_cleaning.py::test_a_folder_elsewhere_is_refused",
        "tests/jobs/test_databases.py::test_a_backup_goes_nowhere_else",
        "tests/jobs/test_intelligence.py::test_an_import_goes_nowhere_else",
    )),
    Row("generic cleanup", (
        "tests/jobs/test_session_cleanup.py::test_a_table_or_column_that_is_not_there_is_named",
        "tests/jobs/test_cleaning.py::test_a_hostile_table_or_column_is_refused",
        "tests/jobs/test_archiving.py::test_a_hostile_table_or_folder_is_refused",
        "tests/jobs/test_intelligence.py::test_rules_reach_only_allowed_tables_and_columns",
        "tests/jobs/test_general.py::test_only_statements_of_the_settings_are_run",
    )),
    Row("template and format injection", ("tests/security/test_code.py::test_nothing_formats_by_a_text_of_users",)),
    Row("mail and header injection", (
        "tests/channels/test_web.py::test_headers_cannot_smuggle_another_line",
    )),
    Row("stored scripts", (
        "tests/web/test_draw.py::test_text_of_others_is_text",
        "tests/web/test_hostile_text.py::test_marks_in_texts_do_nothing_on_any_page",
        "tests/web/test_hostile_text.py::test_what_turns_or_hides_text_is_written_out",
        "tests/jobs/test_telling.py::test_a_hostile_title_is_only_text_in_a_report",
    )),
    Row("headers of answers", (
        "tests/http/test_edge.py::test_every_answer_has_the_headers_that_keep_browsers_safe",
        "tests/web/test_door.py::test_every_page_tells_browsers_to_load_nothing_from_elsewhere",
        "tests/web/test_door.py::test_pages_hold_no_script_and_no_style_of_their_own",
    )),
    Row("cross-site requests", (
        "tests/http/test_sessions.py::test_a_change_needs_the_word_of_its_session",
        "tests/http/test_sessions.py::test_the_word_of_another_session_or_of_one_that_has_ended_is_worth_nothing",
        "tests/http/test_sessions.py::test_a_change_that_another_site_wanted_is_refused_whatever_it_shows",
        "tests/http/test_edge.py::test_only_json_is_read",
        "tests/http/test_edge.py::test_a_method_that_asks_does_nothing",
        "tests/web/test_door.py::test_a_form_of_another_site_or_without_its_word_does_nothing",
        "tests/api/test_single_sign_on.py::test_another_browser_cannot_go_on_where_one_was_sent_away",
    )),
    Row("cookies", (
        "tests/http/test_sessions.py::test_a_session_is_a_cookie_that_no_script_can_read",
        "tests/http/test_sessions.py::test_over_tls_the_cookie_belongs_to_this_host_alone",
    )),
    Row("sessions: fixation and life", (
        "tests/services/test_sessions.py::test_session_fixation_each_login_has_a_new_secret_of_128_random_bits_or_more",
        "tests/http/test_sessions.py::test_a_cookie_from_before_does_not_become_a_session",
        "tests/http/test_sessions.py::test_signing_out_ends_the_session_for_every_copy_of_the_cookie",
        "tests/http/test_sessions.py::test_a_disabled_user_is_out_at_the_next_request",
    )),
    Row("passwords", (
        "tests/services/test_good_passwords.py::test_what_anybody_would_guess_is_refused_and_told_why",
        "tests/services/test_good_passwords.py::test_the_longest_password_takes_no_time_to_speak_of",
        "tests/domain/test_account.py::test_every_character_counts",
        "tests/domain/test_account.py::test_bad_passwords_are_told_why",
    )),
    Row("throttling", (
        "tests/services/test_entrance.py::test_throttling_counts_a_crowd_one_by_one",
        "tests/services/test_entrance.py::test_throttling_counts_an_address_whatever_names_it_tries",
        "tests/services/test_entrance.py::test_throttling_by_strangers_locks_nobody_out_of_where_they_are_logged_in",
        "tests/security/test_tokens.py::test_throttling_tokens_that_are_none_make_their_address_wait",
        "tests/security/test_tokens.py::test_throttling_never_keeps_out_who_shows_a_good_token",
    )),
    Row("enumeration and timing", (
        "tests/services/test_entrance.py::test_enumeration_nobody_learns_which_names_exist",
        "tests/services/test_entrance.py::test_enumeration_unknown_names_are_slowed_down_just_the_same",
        "tests/http/test_sessions.py::test_wrong_names_and_wrong_passwords_look_the_same",
    )),
    Row("default accounts", (
        "tests/services/test_accounts.py::test_default_account_there_is_none",
        "tests/http/test_sessions.py::test_the_first_admin_is_made_by_a_word_that_works_once",
    )),
    Row("tokens", (
        "tests/api/test_rights.py::test_a_token_reaches_what_its_scopes_cover_and_nothing_else",
        "tests/cli/test_accounts.py::test_a_revoked_token_is_good_for_nothing",
        "tests/services/test_tokens.py::test_a_token_makes_none_that_may_do_more",
        "tests/services/test_tokens.py::test_a_token_makes_none_that_outlives_it",
        "tests/security/test_tokens.py::test_a_token_in_an_address_is_not_looked_at",
        "tests/client/test_wire.py::test_the_token_travels_in_a_header_and_nowhere_else",
        "tests/cli/test_server.py::test_a_file_of_tokens_that_others_may_read_is_refused",
    )),
    Row("authorization", (
        "tests/api/test_rights.py::test_every_route_for_every_role",
        "tests/api/test_rights.py::test_every_route_says_which_action_it_is",
        "tests/api/test_rights.py::test_a_route_that_does_not_say_it_cannot_be_declared",
        "tests/web/test_door.py::test_every_page_says_which_right_it_takes",
        "tests/web/test_door.py::test_each_page_is_refused_to_whoever_lacks_its_right",
    )),
    Row("mass assignment", ("tests/api/test_jobs.py::test_nobody_sets_what_is_not_his_to_set",)),
    Row("secrets in arguments and output", (
        "tests/cli/test_secrets.py::test_a_sealed_argument_is_shown_nowhere",
        "tests/security/test_secrets.py::test_a_secret_argument_is_in_no_table_no_answer_and_no_export",
        "tests/telemetry/test_logs.py::test_no_secret_passes",
    )),
    Row("the audit log", (
        "tests/api/test_rights.py::test_every_refusal_is_audited_with_who_and_from_where",
        "tests/services/test_auditing.py::test_audit_an_edited_row_is_named",
        "tests/services/test_auditing.py::test_audit_a_deleted_row_is_named",
        "tests/services/test_auditing.py::test_audit_reordered_rows_are_named",
        "tests/services/test_auditing.py::test_audit_a_cut_end_is_named",
        "tests/services/test_auditing.py::test_audit_the_database_itself_refuses_changes",
        "tests/services/test_auditing.py::test_audit_concurrent_writers_and_sealers_keep_one_chain",
        "tests/cli/test_accounts.py::test_verify_says_that_the_log_is_whole_and_what_its_head_is",
        "tests/cli/test_accounts.py::test_a_password_and_a_token_are_in_no_audit_row",
    )),
    Row("log injection and terminals", (
        "tests/telemetry/test_logs.py::test_no_control_character_passes",
        "tests/cli/test_troubles.py::test_names_and_messages_cannot_command_the_terminal",
        "tests/cli/test_words.py::test_control_characters_are_written_out",
    )),
    Row("formulas in CSV", (
        "tests/services/test_audit_log.py::test_csv_formula_injection_no_cell_begins_like_a_formula",
    )),
    Row("sockets and streams", (
        "tests/api/test_streams.py::test_a_cookie_opens_a_web_socket_only_from_a_page_of_this_server",
        "tests/api/test_streams.py::test_a_web_socket_opens_for_nobody_who_is_not_known",
        "tests/api/test_streams.py::test_a_stream_ends_when_its_token_is_revoked",
    )),
    Row("pages and filters", ("tests/security/test_inputs.py::test_pages_and_filters_have_bounds",)),
    Row("cron expressions", (
        "tests/domain/test_reading_schedules.py::test_a_hostile_expression_costs_under_five_milliseconds",
        "tests/security/test_inputs.py::test_a_schedule_of_any_size_is_answered_and_never_an_accident",
    )),
    Row("bodies of requests", (
        "tests/http/test_edge.py::test_what_is_too_large_is_not_read",
        "tests/http/test_strict.py::test_32_levels_are_allowed",
        "tests/http/test_strict.py::test_what_no_database_could_keep_is_refused_with_the_place",
    )),
    Row("proxies and hosts", (
        "tests/http/test_edge.py::test_only_our_own_names_are_answered_to",
        "tests/security/test_inputs.py::test_proxies_that_nobody_trusts_say_nothing",
    )),
    Row("TLS", (
        "tests/cli/test_server.py::test_who_would_show_a_token_to_everybody_is_warned",
        "tests/security/test_code.py::test_no_check_of_a_certificate_is_switched_off",
    ),
        later="databases, brokers and mail servers take TLS from their addresses, as "
              "postgresql://…?sslmode=verify-full and amqps://; rota switches no check of a certificate off"),
    Row("errors, documents and figures", (
        "tests/http/test_edge.py::test_an_accident_tells_nothing_but_its_id",
        "tests/http/test_edge.py::test_nothing_but_health_answers_to_nobody",
    )),
    Row("races on rights", (
        "tests/services/test_rights.py::test_race_on_rights_a_role_that_was_lost_during_a_slow_request_counts",
        "tests/services/test_rights.py::test_race_on_rights_whoever_was_thrown_out_meanwhile_is_refused",
    )),
    Row("open redirects", (
        "tests/api/test_single_sign_on.py::test_nobody_is_sent_to_another_site_afterwards",
        "tests/web/test_door.py::test_nobody_is_sent_to_another_site",
    )),
    Row("brokers", (
        "tests/security/test_broker.py::test_a_forged_message_runs_nothing_that_does_not_wait_at_the_broker",
        "tests/security/test_broker.py::test_a_message_brings_no_task_and_no_arguments_of_its_own",
        "tests/security/test_broker.py::test_what_is_pickled_is_not_read",
    )),
    Row("supply chain", ("tests/security/test_code.py::test_every_dependency_is_pinned_and_no_host_is_named",)),
    Row("single sign-on", (
        "tests/api/test_single_sign_on.py::test_a_wrong_state_lets_nobody_in",
        "tests/api/test_single_sign_on.py::test_a_wrong_signature_lets_nobody_in",
        "tests/api/test_single_sign_on.py::test_a_code_that_was_replayed_lets_nobody_in",
        "tests/api/test_single_sign_on.py::test_a_word_that_is_not_for_this_round_lets_nobody_in",
        "tests/api/test_single_sign_on.py::test_an_account_with_a_password_is_not_taken_over_by_somebody_of_its_name",
        "tests/api/test_single_sign_on.py::test_who_is_disabled_stays_out",
    )),
)  # fmt: skip
