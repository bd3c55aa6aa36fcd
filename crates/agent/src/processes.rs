//! The processes of this machine, as `/proc` shows them.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// So many looks at most are taken to stop every process before they are killed.
const MOST_LOOKS: usize = 64;

/// One line of `/proc/<pid>/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: i32,
    session: i32,
    dead: bool,
}

fn parse_stat(text: &str) -> Option<Stat> {
    let mut words = text[text.rfind(')')? + 1..].split_ascii_whitespace();
    let state = words.next()?;
    let parent = words.next()?.parse().ok()?;
    let session = words.nth(1)?.parse().ok()?;
    Some(Stat { parent, session, dead: matches!(state, "Z" | "X") })
}

fn all() -> BTreeMap<i32, Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| Some((pid, parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?)))
        .collect()
}

fn descendants_in(all: &BTreeMap<i32, Stat>, root: i32) -> BTreeSet<i32> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (pid, stat) in all {
        children.entry(stat.parent).or_default().push(*pid);
    }
    let (mut found, mut open) = (BTreeSet::new(), vec![root]);
    while let Some(parent) = open.pop() {
        for &child in children.get(&parent).into_iter().flatten() {
            if found.insert(child) {
                open.push(child);
            }
        }
    }
    found
}

/// Every living descendant of a process.
pub fn descendants(root: Pid) -> Vec<Pid> {
    let all = all();
    let living = |pid: &i32| all.get(pid).is_some_and(|stat| !stat.dead);
    descendants_in(&all, root.as_raw()).into_iter().filter(living).map(Pid::from_raw).collect()
}

/// Processes that are in the session of a supervisor that died, or have this entry in their environment.
pub fn left_over(session: Option<Pid>, entry: Option<&str>) -> Vec<Pid> {
    let own = std::process::id();
    let all = all();
    // A living leader is a stranger: the number was given away again, so nothing of the old session was left.
    let leaderless = |leader: &Pid| all.get(&leader.as_raw()).is_none_or(|stat| stat.dead);
    let session = session.filter(leaderless);
    let of_session = |stat: &Stat| session.is_some_and(|session| session.as_raw() == stat.session);
    let marked = |pid: i32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        entry.is_some_and(|entry| environment.split(|byte| *byte == 0).any(|found| found == entry.as_bytes()))
    };
    let other = |pid: i32, stat: &Stat| !stat.dead && u32::try_from(pid) != Ok(own);
    let left = all.iter().filter(|(pid, stat)| other(**pid, stat) && (of_session(stat) || marked(**pid)));
    left.map(|(pid, _)| Pid::from_raw(*pid)).collect()
}

/// Sends a signal to each; one that is gone is no error.
pub fn signal(pids: &[Pid], signal: Signal) {
    for pid in pids {
        let _ = kill(*pid, signal);
    }
}

/// Kills what `find` finds. Everything is stopped first, so that nothing can run away by forking. Says how many.
pub fn kill_all(find: impl Fn() -> Vec<Pid>) -> usize {
    let mut stopped = BTreeSet::new();
    for _ in 0..MOST_LOOKS {
        let fresh: Vec<_> = find().into_iter().filter(|pid| stopped.insert(pid.as_raw())).collect();
        if fresh.is_empty() {
            break;
        }
        signal(&fresh, Signal::SIGSTOP);
    }
    let pids = find();
    signal(&pids, Signal::SIGKILL);
    pids.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_confuse() {
        let stat = parse_stat("42 (a) b (c)) S 7 42 9 0 -1 4194560").unwrap();
        assert_eq!(stat, Stat { parent: 7, session: 9, dead: false });
        assert!(parse_stat("42 (x) Z 7 42 9 0").unwrap().dead);
    }

    #[test]
    fn descendants_are_found_through_generations() {
        let stat = |parent| Stat { parent, session: 1, dead: false };
        let all = BTreeMap::from([(2, stat(1)), (3, stat(2)), (4, stat(3)), (5, stat(1))]);
        assert_eq!(descendants_in(&all, 2), BTreeSet::from([3, 4]));
    }
}
