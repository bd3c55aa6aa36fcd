//! `qstat`: PBS's tables, its full display, and its JSON.

mod attributes;
mod fetch;
mod full;
mod json;
mod queues;
mod row;
mod state;
mod table;
mod times;
mod wide;

use super::{
    complain::status,
    getopt::{self, Given},
};
use crate::{context::Context, failure::Failure, view::View};
use fetch::Found;

const USAGE: &str = "usage: qstat [-f] [-F json] [-x] [-t] [-J] [-w] [JOB_ID | QUEUE]..., qstat -a|-i|-r|-H|-u USERS [-n] [-s], \
                     qstat -Q|-q [-f] [QUEUE]...";

/// What the options ask for.
#[derive(Clone, Debug, Default)]
struct Wanted {
    finished: bool,
    only_finished: bool,
    only_running: bool,
    only_waiting: bool,
    only_arrays: bool,
    elements: bool,
    users: Vec<String>,
    comments: bool,
    hosts: bool,
    full: bool,
    json: bool,
    unfolded: bool,
}

impl Wanted {
    fn of(given: &Given) -> Result<Wanted, Failure> {
        let format = given.value('F');
        if format.is_some_and(|format| !format.eq_ignore_ascii_case("json")) {
            return Err(Failure::usage("The only format of -F is json.", USAGE));
        }
        let users = given.value('u').unwrap_or_default();
        Ok(Wanted {
            finished: given.has('x') || given.has('H'),
            only_finished: given.has('H'),
            only_running: given.has('r'),
            only_waiting: given.has('i'),
            only_arrays: given.has('J'),
            elements: given.has('t'),
            users: users
                .split(',')
                .filter(|u| !u.is_empty())
                .map(|u| u.split('@').next().unwrap_or(u).to_owned())
                .collect(),
            comments: given.has('s'),
            hosts: given.has('n'),
            full: given.has('f') || format.is_some(),
            json: format.is_some(),
            unfolded: given.has('w'),
        })
    }
}

pub(super) fn run(args: &[String], ctx: &mut Context<'_, '_>) -> Result<u8, Failure> {
    if args.first().is_some_and(|arg| arg == "--version") {
        return crate::commands::version::run(ctx);
    }
    let given = getopt::read(args, "fF:xtJwainrsHu:QqTGM1", USAGE)?;
    let wanted = Wanted::of(&given)?;
    let client = ctx.client()?;
    if given.has('Q') || given.has('q') {
        return queues::run(&given, &wanted, &client, ctx);
    }
    let found = fetch::jobs(&given.operands, &wanted, &client)?;
    for complaint in &found.complaints {
        ctx.tell(&format!("qstat: {}\n", complaint.text));
    }
    let alternate = "ainrsHu".chars().any(|letter| given.has(letter));
    let text = render(&found, &wanted, alternate, ctx);
    ctx.world.out.write_all(text.as_bytes())?;
    Ok(found.complaints.last().map_or(0, |complaint| complaint.status))
}

fn render(found: &Found, wanted: &Wanted, alternate: bool, ctx: &Context<'_, '_>) -> String {
    let view = View { now: ctx.world.clock.now(), style: crate::view::text::Style::default() };
    match (wanted.json, wanted.full, alternate) {
        (true, ..) => json::of_jobs(found, &view),
        (_, true, _) => full::of_jobs(found, wanted.unfolded),
        (.., true) => wide::render(found, wanted),
        _ => table::render(found),
    }
}
