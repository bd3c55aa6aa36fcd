//! Tells soca's own options of `submit` from qsub's, which may stand among them in any order.

/// Options of soca that take no value. `-f` is qsub's too, and means nothing there.
const OWN: [&str; 8] = ["-f", "--follow", "--wait", "--dry-run", "--json", "--quiet", "--no-color", "--help"];

/// Rearranges `soca submit …` to `soca submit OWN… -- REST…`; other command lines stay as they are.
pub fn arrange(args: Vec<String>) -> Vec<String> {
    let Some(at) = command_at(&args).filter(|at| args[*at] == "submit") else { return args };
    let (mut own, mut rest) = (args[..=at].to_vec(), vec!["--".to_owned()]);
    let mut words = args[at + 1..].iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--" => {
                rest.push(word.clone());
                rest.extend(words.by_ref().cloned());
            }
            "--endpoint" => own.extend([Some(word), words.next()].into_iter().flatten().cloned()),
            w if OWN.contains(&w) || w.starts_with("--endpoint=") => own.push(word.clone()),
            _ => rest.push(word.clone()),
        }
    }
    own.extend(rest);
    own
}

/// Where the command's name stands, after the options that every command takes.
fn command_at(args: &[String]) -> Option<usize> {
    let mut at = 1;
    while args.get(at)?.starts_with('-') {
        at += if args[at] == "--endpoint" { 2 } else { 1 };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(line: &str) -> String {
        arrange(line.split(' ').map(str::to_owned).collect()).join(" ")
    }

    #[test]
    fn own_options_are_found_wherever_they_stand() {
        assert_eq!(
            arranged("soca --json submit -l walltime=1:0:0 job.sh -f -N x --endpoint http://h --dry-run"),
            "soca --json submit -f --endpoint http://h --dry-run -- -l walltime=1:0:0 job.sh -N x"
        );
        assert_eq!(
            arranged("soca --endpoint submit submit -h -V -"),
            "soca --endpoint submit submit -- -h -V -"
        );
        assert_eq!(arranged("soca submit -f -- -f"), "soca submit -f -- -- -f");
    }

    #[test]
    fn other_commands_stay_as_they_are() {
        for line in ["soca", "soca list --json", "soca --endpoint", "soca logs submit -f"] {
            assert_eq!(arranged(line), line);
        }
    }
}
