//! The help texts, word for word.

use clap::CommandFactory;
use soca_cli::args::Cli;

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!(Cli::command().term_width(100).render_help());
}

#[test]
fn help_of_each_command_has_an_example() {
    let mut program = Cli::command().term_width(100);
    program.build();
    for command in program.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        let help = command.render_long_help().to_string();
        assert!(help.contains("Example"), "{name}");
        insta::assert_snapshot!(format!("help_{name}"), help);
    }
}
