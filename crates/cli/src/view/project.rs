//! Projects and their accounts.

use super::{
    Answer, View,
    table::{self, Align},
    text::{or_dash, plain, price},
};
use crate::net::client::Answered;
use soca_wire::api::{Project, ProjectList};

/// How each project stands.
#[derive(Clone, Debug)]
pub struct Projects(pub Answered<ProjectList>);

impl Answer for Projects {
    fn table(&self, _: &View) -> String {
        let projects = &self.0.value.projects;
        if projects.is_empty() {
            return "No projects. An administrator makes them: soca project set NAME --create budget=500\n"
                .into();
        }
        let columns = [
            ("PROJECT", Align::Left),
            ("BUDGET", Align::Right),
            ("SPENT", Align::Right),
            ("HELD", Align::Right),
            ("LEFT", Align::Right),
            ("USED", Align::Right),
            ("DESCRIPTION", Align::Left),
        ];
        table::rows(&columns, projects.iter().map(row))
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.projects.iter().map(|project| format!("{}\n", project.settings.name)).collect()
    }
}

fn row(project: &Project) -> Vec<String> {
    vec![
        project.settings.name.clone(),
        or_dash(project.settings.budget.map(|budget| price(Some(budget.amount_micro_usd)))),
        price(Some(project.spent_micro_usd)),
        price(Some(project.held_micro_usd)),
        or_dash(project.left_micro_usd.map(|left| price(Some(left)))),
        or_dash(used(project)),
        plain(&project.settings.description),
    ]
}

/// How much of the budget is held and spent.
fn used(project: &Project) -> Option<String> {
    let amount = project.settings.budget?.amount_micro_usd.max(1);
    let committed = u128::from(project.held_micro_usd) + u128::from(project.spent_micro_usd);
    Some(format!("{} %", committed * 100 / u128::from(amount)))
}

/// One project.
#[derive(Clone, Debug)]
pub struct Card(pub Answered<Project>);

impl Answer for Card {
    fn table(&self, view: &View) -> String {
        let project = &self.0.value;
        let settings = &project.settings;
        let heading = view.style.strong(&format!("Project {}", plain(&settings.name)));
        let members =
            if settings.members.is_empty() { "everybody".to_owned() } else { settings.members.join(", ") };
        let mut lines = vec![
            ("budget", settings.budget.map_or("none".to_owned(), |b| price(Some(b.amount_micro_usd)))),
            ("spent", price(Some(project.spent_micro_usd))),
            ("held", format!("{} for jobs that have nodes", price(Some(project.held_micro_usd)))),
        ];
        if let Some(budget) = settings.budget {
            let left = or_dash(project.left_micro_usd.map(|left| price(Some(left))));
            lines.push(("left", format!("{left}, {} used", or_dash(used(project)))));
            let kind = if budget.hard { "jobs that it cannot pay do not start" } else { "it only warns" };
            lines.push(("kind", format!("{}: {kind}", if budget.hard { "hard" } else { "warn" })));
        }
        if project.overdrawn_micro_usd > 0 {
            lines.push((
                "overdrawn",
                format!("{} beyond what was held", price(Some(project.overdrawn_micro_usd))),
            ));
        }
        lines.push(("shares", settings.shares.to_string()));
        lines.push(("members", members));
        let text: String = lines.iter().map(|(key, value)| format!("{key:9}  {}\n", plain(value))).collect();
        format!("{heading}  {}\n{}", plain(&settings.description), table::indented(&text))
    }

    fn json(&self) -> String {
        self.0.raw.clone()
    }

    fn quiet(&self) -> String {
        self.0.value.settings.name.clone()
    }
}
