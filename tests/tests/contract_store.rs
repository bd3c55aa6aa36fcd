//! The store's contract: one body of tests, run on the table in memory and on DynamoDB's API.
//!
//! DynamoDB is an emulator inside the test process unless `SOCA_TEST_DYNAMODB_ENDPOINT` names another endpoint; then
//! region and credentials come from the environment, each test makes its own table there and drops it at the end.

#![allow(clippy::unwrap_used, reason = "this is all tests; clippy sees only the #[test] functions as such")]

#[path = "contract/store/mod.rs"]
mod contract;

use contract::{capacity, commits, jobs, lease, money, offers, pages, production, stacks};
use proptest::prelude::*;

/// Runs each case on every adapter, as tests of their own.
macro_rules! on_every_store {
    ($($file:ident: $($case:ident),+;)+) => {
        mod memory {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$file::$case(std::sync::Arc::new(soca_fakes::store::MemoryStore::new())).await;
            })+)+
        }
        mod dynamodb {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let table = super::contract::endpoint::Table::create().await;
                super::$file::$case(std::sync::Arc::new(table.store())).await;
                table.drop().await;
            })+)+
        }
    };
}

on_every_store! {
    jobs:
        ids_are_consecutive_and_never_given_twice,
        a_job_is_read_as_written_with_its_next_version,
        a_job_id_is_taken_once,
        of_two_updates_of_one_version_one_wins,
        an_update_of_a_missing_job_conflicts,
        queues_are_read_in_order_of_submission,
        a_requeued_job_has_its_old_place,
        jobs_that_left_do_not_hide_the_next,
        held_and_released_jobs_change_lists,
        a_job_that_changes_queue_changes_lists,
        large_jobs_are_listed_whole,
        heads_have_the_first_jobs_of_each_owner;
    commits:
        an_empty_commit_does_nothing,
        a_failing_last_write_leaves_nothing,
        the_first_failing_write_is_named,
        two_writes_of_one_row_are_refused,
        more_than_twenty_writes_are_refused,
        twenty_writes_are_committed,
        a_key_is_remembered_once_for_its_owner_p6,
        of_many_submits_with_one_key_one_wins_p6;
    money:
        projects_are_read_as_written_by_name,
        a_hold_and_its_settlement_balance_p4,
        a_budget_is_never_overspent_by_sixteen_tasks_p4;
    pages:
        an_owners_jobs_come_newest_first_in_pages,
        everybodys_jobs_come_newest_first_in_pages,
        numbers_without_a_job_are_skipped,
        a_made_up_place_is_an_empty_page;
    stacks:
        a_stack_is_created_once_and_updated_by_version,
        live_stacks_are_those_not_released,
        a_node_enrols_once,
        nodes_come_by_index,
        queues_are_created_once_and_listed_by_name;
    capacity:
        limits_are_never_passed_by_sixteen_tasks_p4,
        instances_are_limited_as_jobs_are_p4,
        a_queue_without_limits_counts_all_the_same,
        counters_never_fall_below_zero,
        every_measure_is_limited_p4,
        scopes_of_one_queue_are_counted_apart_and_together_p4,
        spending_is_summed_by_day;
    production:
        chunks_are_saved_by_version,
        a_whole_array_is_read_in_order,
        a_large_array_is_read_whole,
        output_grows_from_the_size_that_was_read,
        streams_are_kept_apart;
    offers:
        the_list_of_offers_is_replaced_whole,
        pools_that_ran_dry_are_listed_by_market_and_type;
    lease:
        one_caller_at_a_time_has_the_lease,
        no_wish_of_a_burst_is_lost,
        a_lease_that_ran_out_is_taken_over,
        a_stale_holder_lets_nothing_go,
        a_repeated_begin_is_granted_again_p6,
        of_many_callers_one_is_granted;
}

/// On the table in memory only: on the emulator ten thousand transactions take minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_starts_never_pass_a_budget_by_a_cent_p4() {
    let store = std::sync::Arc::new(soca_fakes::store::MemoryStore::new());
    money::ten_thousand_starts_never_pass_a_budget_by_a_cent_p4(store).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_table_in_memory_and_dynamodb_agree(steps in contract::steps::steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(contract::compare::both_stores_agree(steps));
    }
}
