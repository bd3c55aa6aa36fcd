//! The store's port on one DynamoDB table.
//!
//! * `keys` – every key, with the table of access patterns;
//! * `rows` – what a row holds, apart from the entities, so that old rows stay readable (P12);
//! * `writes` – which rows a [`Write`](soca_app::ports::Write) touches, and on what condition;
//! * `commit` – one put, or one transaction, and what its failure means;
//! * `read` – get, query, batch get: always strongly consistent;
//! * `lists`, `tick` – listings of jobs; the lease on scheduling passes.
//!
//! # What writes cost
//! Write units (WRU) per kind of commit: 1 per started KB of a row, twice that in a transaction. *J* stands for the size
//! of a job's row in KB: 2 without its script, and the script. Rows of stacks, nodes, lists and counters are below 1 KB.
//! A test computes the last column, for a script of 1.5 KB, from the rows themselves.
//!
//! | Commit | Rows | WRU | J = 3 |
//! |---|---|---|---|
//! | the number of a job | counter | 1 | 1 |
//! | submit: `CreateJob` + `RememberRequest` | job, owner's list, waiting list, request | 2J+6 | 12 |
//! | hold, release: `UpdateJob` | job, both waiting lists, the place of the first release | 2J+6 | 12 |
//! | start: `UpdateJob` + `CreateStack` + `TakeCapacity` | job, waiting list and its place of the first release, stack, live list, counters | 2J+10 | 16 |
//! | each counter besides the queue's (user, group, project), at start and settling | counters | 2 | – |
//! | `UpdateJob` alone, in no list before and after | job | J | 3 |
//! | `UpdateStack` alone | stack | 1 | 1 |
//! | enrolment: `CreateNode` + `UpdateStack`, with the last node `UpdateJob` | node, stack, job | 4+2J | 10 |
//! | `UpdateNode` alone | node | 1 | 1 |
//! | `GrowOutput` alone | stream with its tail of up to 8 KB | 1 to 9 | 9 |
//! | `SaveElements` alone | chunk of up to 15 KB | 1 to 15 | – |
//! | settle: `UpdateJob` + `UpdateStack` + `GiveCapacity` + `Spend` | job, stack, live list, counters, day | 2J+8 | 14 |
//! | the lease: `begin_tick` 2 (1 when busy), `end_tick` 1 | lease | 3 | 3 |
//!
//! The life of a job on one node is about 75 WRU (1 + 12 + 16 + 10 + 14, two passes, and some ten updates of job and
//! stack), one more for each call of its node and up to nine for each growth of its output. At 0.625 USD per million
//! that is some 45 micro-USD, and a node that calls every minute costs 38 micro-USD an hour.
//!
//! A failed condition costs what the write would have. Reads are strongly consistent: 1 unit (RRU) per started 4 KB; a
//! batch get rounds each row up by itself, so a pass costs 1 RRU per job and live stack it looks at.

mod commit;
mod errors;
mod keys;
mod lists;
mod read;
mod rows;
#[cfg(test)]
mod samples;
mod store;
mod table;
mod tick;
mod writes;

pub use store::DynamoStore;
pub use table::{PARTITION_KEY, SORT_KEY, TTL_ATTRIBUTE, create_table};
