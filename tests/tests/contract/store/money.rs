//! Projects and their accounts: budgets hold under every race (P4).

use super::{AnyStore, commit, conflict, done};
use soca_app::ports::{StoreError, Write};
use soca_domain::{
    MicroUsd, ProjectName,
    ledger::Account,
    project::{Budget, Project},
};

fn wing() -> ProjectName {
    "wing".parse().unwrap()
}

fn hold(amount: u64, limit: Option<u64>) -> Write {
    Write::HoldBudget { project: wing(), amount: MicroUsd(amount), limit: limit.map(MicroUsd) }
}

fn settle(held: u64, cost: u64) -> Write {
    Write::SettleBudget { project: wing(), held: MicroUsd(held), cost: MicroUsd(cost) }
}

async fn account(store: &AnyStore) -> (u64, u64, u64) {
    let Account { held, spent, overdrawn } = store.account(&wing()).await.unwrap();
    (held.0, spent.0, overdrawn.0)
}

pub(crate) async fn projects_are_read_as_written_by_name(store: AnyStore) {
    assert_eq!(store.projects().await.unwrap(), []);
    assert_eq!(store.project(&wing()).await.unwrap(), None);
    let plain = Project::open("hull".parse().unwrap());
    let full = Project {
        description: "The new wing".into(),
        budget: Some(Budget { amount: MicroUsd(5_000_000), hard: true }),
        shares: 3,
        members: vec!["ada".parse().unwrap(), "group:cfd".parse().unwrap()],
        closed: true,
        ..Project::open(wing())
    };
    for project in [&full, &plain] {
        done(commit(&store, Write::PutProject(project.clone())).await);
    }
    assert_eq!(store.projects().await.unwrap(), [plain, full.clone()]);
    assert_eq!(store.project(&wing()).await.unwrap(), Some(full.clone()));
    let open = Project { closed: false, ..full };
    done(commit(&store, Write::PutProject(open.clone())).await);
    assert_eq!(store.project(&wing()).await.unwrap(), Some(open));
}

pub(crate) async fn a_hold_and_its_settlement_balance_p4(store: AnyStore) {
    assert_eq!(account(&store).await, (0, 0, 0));
    conflict(commit(&store, settle(1, 0)).await, 0);
    conflict(commit(&store, hold(101, Some(100))).await, 0);
    done(commit(&store, hold(100, Some(100))).await);
    conflict(commit(&store, hold(1, Some(100))).await, 0);
    done(commit(&store, hold(7, None)).await);
    conflict(commit(&store, settle(108, 0)).await, 0);
    done(commit(&store, settle(100, 40)).await);
    assert_eq!(account(&store).await, (7, 40, 0));
    done(commit(&store, settle(7, 9)).await);
    assert_eq!(account(&store).await, (0, 49, 2));
    // What is spent counts against the budget as what is held does.
    conflict(commit(&store, hold(52, Some(100))).await, 0);
    done(commit(&store, hold(51, Some(100))).await);
    // A job whose hold an older release did not take is settled all the same.
    done(commit(&store, settle(0, 5)).await);
    assert_eq!(account(&store).await, (51, 54, 7));
}

/// Sixteen tasks hold and settle as they like; what they were granted never came to more than the budget.
pub(crate) async fn a_budget_is_never_overspent_by_sixteen_tasks_p4(store: AnyStore) {
    const BUDGET: u64 = 1_000;
    let tasks: Vec<_> = (0..16u64)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut spent = 0;
                for round in 0.. {
                    let amount = 20 + (task * 7 + round * 13) % 60;
                    match commit(&store, hold(amount, Some(BUDGET))).await {
                        Ok(()) => {
                            let cost = amount - (task + round) % 10;
                            done(commit(&store, settle(amount, cost)).await);
                            spent += cost;
                        }
                        Err(StoreError::Conflict { index: 0 })
                            if store.account(&wing()).await.unwrap().spent.0 > BUDGET - 80 =>
                        {
                            return spent;
                        }
                        Err(StoreError::Conflict { .. } | StoreError::Unavailable(_)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                    let now = store.account(&wing()).await.unwrap();
                    assert!(now.committed() <= MicroUsd(BUDGET), "{now:?}");
                }
                spent
            })
        })
        .collect();
    let mut spent = 0;
    for task in tasks {
        spent += task.await.unwrap();
    }
    assert_eq!(account(&store).await, (0, spent, 0));
    assert!(spent <= BUDGET && spent > BUDGET - 80, "{spent}");
}

/// Ten thousand starts of sixteen tasks, of which some die between the hold and what follows: never a cent over (P4).
pub(crate) async fn ten_thousand_starts_never_pass_a_budget_by_a_cent_p4(store: AnyStore) {
    const BUDGET: u64 = 40_000;
    let tasks: Vec<_> = (0..16u64)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                let (mut held, mut spent) = (0, 0);
                for start in 0..625u64 {
                    let amount = 1 + (task * 31 + start * 17) % 40;
                    if commit(&store, hold(amount, Some(BUDGET))).await.is_err() {
                        continue;
                    }
                    // Every fourth dies here, and its hold stays until somebody settles it.
                    if (task + start) % 4 == 0 {
                        held += amount;
                    } else {
                        done(commit(&store, settle(amount, amount / 3)).await);
                        spent += amount / 3;
                    }
                    assert!(store.account(&wing()).await.unwrap().committed() <= MicroUsd(BUDGET));
                }
                (held, spent)
            })
        })
        .collect();
    let (mut held, mut spent) = (0, 0);
    for task in tasks {
        let (of_task, cost) = task.await.unwrap();
        (held, spent) = (held + of_task, spent + cost);
    }
    assert_eq!(account(&store).await, (held, spent, 0));
    assert!(held + spent <= BUDGET && held + spent > BUDGET - 40, "{held} {spent}");
}
