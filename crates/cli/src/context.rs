//! What a command is given: the world, and how the user wants to be answered.

use crate::{
    args::Global,
    failure::Failure,
    net::client::Client,
    session::Wish,
    view::{Answer, ForPeople, ForPrograms, Output, Quiet, View, text::Style},
    world::World,
};

/// A command's surroundings.
#[derive(Debug)]
pub struct Context<'a, 'w> {
    /// The outside.
    pub world: &'a mut World<'w>,
    /// Which cluster.
    pub wish: Wish,
    /// JSON instead of tables.
    pub json: bool,
    /// Ids only, no messages.
    pub quiet: bool,
    no_color: bool,
}

impl<'a, 'w> Context<'a, 'w> {
    /// As the options say.
    pub fn new(global: &Global, world: &'a mut World<'w>) -> Context<'a, 'w> {
        let no_color = global.no_color || world.variable("NO_COLOR").is_some();
        let wish = Wish { endpoint: global.endpoint.clone() };
        Context { world, wish, json: global.json, quiet: global.quiet, no_color }
    }

    /// A client for the cluster.
    ///
    /// # Errors
    /// No cluster is known.
    pub fn client(&self) -> Result<Client<'w>, Failure> {
        Client::open(&self.wish, self.world)
    }

    /// How to colour messages.
    pub fn err_style(&self) -> Style {
        Style { colour: self.world.terminal.err && !self.no_color }
    }

    /// Writes the answer to standard output in the form that was asked for.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn answer(&mut self, answer: &dyn Answer) -> Result<(), Failure> {
        let style = Style { colour: self.world.terminal.out && !self.no_color };
        let view = View { now: self.world.clock.now(), style };
        let output: &dyn Output = match (self.json, self.quiet) {
            (true, _) => &ForPrograms,
            (_, true) => &Quiet,
            _ => &ForPeople,
        };
        Ok(output.show(answer, &view, self.world.out)?)
    }

    /// A line on standard error, unless the user wants none.
    pub fn note(&mut self, line: &str) {
        if !self.quiet {
            self.tell(&format!("{line}\n"));
        }
    }

    /// Text on standard error, even if the user wants no messages.
    pub fn tell(&mut self, text: &str) {
        // When even messages cannot be written there is nobody to tell.
        let _ = self.world.err.write_all(text.as_bytes());
        let _ = self.world.err.flush();
    }
}
