//! What is accepted and read otherwise than its writer may think.

use soca_directives::{Warning, read_script};

fn warnings(header: &str) -> Vec<Warning> {
    let parsed = read_script(format!("{header}\ndate\n").as_bytes());
    parsed.unwrap_or_else(|faults| panic!("{header}: {faults:?}")).warnings
}

#[test]
fn each_of_these_is_accepted_with_one_warning() {
    let cases = [
        ("#PBS -q fast # the fast one", 1, 14, "comment"),
        ("#PBS -A account", 1, 6, "-P"),
        ("#PBS -o host:out.txt", 1, 9, "host"),
        ("#PBS -o $HOME/out", 1, 9, "$HOME"),
        ("#PBS -e {{ path }}", 1, 9, "{{ path }}"),
        ("#PBS -koed", 1, 6, "-k"),
        ("#PBS -q batch@server", 1, 15, "server"),
        ("#PBS -l place=free:group=switch", 1, 15, "placement_group"),
        ("#PBS -W group_list=team", 1, 9, "group_list"),
        ("#PBS -W umask=022", 1, 9, "umask"),
        ("#PBS -W block=true", 1, 9, "--wait"),
        ("#PBS -m abe", 1, 9, "not sent yet"),
        ("#PBS -l anonymous_metrics=true", 1, 9, "no longer collected"),
        ("#PBS -N a\n#PBS -N b", 2, 9, "twice"),
        ("#PBS -l select=2\n#SOCA --nodes=3", 2, 15, "again"),
        ("#PBS -l nodes=2,mem=3gb", 1, 21, "1536mb on each"),
        ("#SBATCH -n 4\n#PBS -h", 1, 1, "#SBATCH"),
        ("# PBS -h", 1, 1, "comment"),
        ("#PBS -h\r", 1, 8, "Windows"),
        ("#PBS -h\ndate\n#PBS -q late", 3, 1, "line 2"),
    ];
    for (header, line, column, word) in cases {
        let found = warnings(header);
        assert_eq!(found.len(), 1, "{header}: {found:?}");
        assert_eq!((found[0].line, found[0].column), (line, column), "{header}");
        assert!(found[0].message.contains(word), "{header}: {}", found[0].message);
    }
}

#[test]
fn the_later_of_two_counts() {
    let parsed = read_script(b"#PBS -q a\n#SOCA --queue=b\ndate").unwrap();
    assert_eq!(parsed.request.queue.unwrap().as_str(), "b");
    assert_eq!(parsed.warnings[0].message, "--queue says again what -q said; the later one counts.");
}
