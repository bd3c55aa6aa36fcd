//! A picture of replays: processors taken and jobs waiting over time, as an SVG document.

mod axis;
mod panel;

use crate::{Replay, policy::PolicyName, timeline::averages};
use panel::{Line, Panel};
use std::fmt::Write;

/// How many spans of time a line has; each is four pixels wide.
const BINS: usize = 190;
const WIDTH: u32 = 900;
const HEIGHT: u32 = 640;

/// Draws replays of one trace. `title` is what stands above, for example the log's name.
pub fn svg(title: &str, replays: &[Replay]) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#222\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"80\" y=\"30\" font-size=\"16\" font-weight=\"bold\">{}</text>\n",
        escaped(title)
    );
    legend(replays, &mut out);
    let days = days(replays);
    let taken = lines(replays, days, |step| step.taken);
    let waiting = lines(replays, days, |step| step.waiting);
    Panel { top: 90, label: "processors taken", days, lines: taken }.draw(&mut out);
    Panel { top: 370, label: "jobs waiting", days, lines: waiting }.draw(&mut out);
    out += "</svg>\n";
    out
}

/// The longest replay.
fn days(replays: &[Replay]) -> f64 {
    let longest = replays.iter().map(|replay| replay.report.makespan).max().unwrap_or(1);
    longest as f64 / 86_400.0
}

/// One line for each replay, as long as its share of the longest.
fn lines(replays: &[Replay], days: f64, number: impl Fn(&crate::timeline::Step) -> u64) -> Vec<Line> {
    let line = |replay: &Replay| {
        let share = replay.report.makespan as f64 / 86_400.0 / days;
        let bins = ((BINS as f64 * share).ceil() as usize).clamp(1, BINS);
        Line { colour: colour(replay.report.policy), share, values: averages(&replay.steps, bins, &number) }
    };
    replays.iter().map(line).collect()
}

fn legend(replays: &[Replay], out: &mut String) {
    for (index, replay) in (0u32..).zip(replays) {
        let report = &replay.report;
        let x = 80 + index * 164;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"44\" width=\"14\" height=\"4\" fill=\"{}\"/><text x=\"{}\" y=\"50\">{}</text>\
             <text x=\"{}\" y=\"66\" fill=\"#666\" font-size=\"11\">slowdown {:.1}</text>",
            colour(report.policy),
            x + 20,
            report.policy,
            x + 20,
            report.mean_bounded_slowdown,
        );
    }
}

/// Colours that people with any colour vision tell apart (Okabe and Ito).
fn colour(policy: PolicyName) -> &'static str {
    match policy {
        PolicyName::Fcfs => "#999999",
        PolicyName::Easy => "#0072B2",
        PolicyName::Conservative => "#009E73",
        PolicyName::EasySjf => "#E69F00",
        PolicyName::Soca => "#D55E00",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
