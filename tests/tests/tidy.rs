//! What every source file keeps to, whatever it is about: a first line that says so, a size, no leftovers, and words
//! that belong to one place only.

mod repository;

use repository::{files, none, read};

/// The longest a file may be.
const MAX_LINES: usize = 500;
/// The most lines half of the production files may have.
const MAX_MEDIAN: usize = 120;
/// This file, which must name what it forbids.
const SELF: &str = "tests/tests/tidy.rs";

fn sources() -> Vec<String> {
    files("", &[".rs"])
}

/// Files that end up in a program: neither tests nor their samples.
fn is_production(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let of_tests = name == "tests.rs" || name == "samples.rs" || name.ends_with("_tests.rs");
    path.contains("/src/") && !path.starts_with("tests/") && !of_tests
}

#[test]
fn every_file_says_what_it_is_for() {
    let of_ours = sources().into_iter().filter(|path| path.contains("/src/") || path.contains("/tests/"));
    let silent = of_ours.filter(|path| !read(path).starts_with("//!"));
    none("files that do not begin with //!", &silent.collect::<Vec<_>>());
}

#[test]
fn no_file_is_long() {
    let long = files("", &[".rs", ".ts", ".tsx"]).into_iter().filter_map(|path| {
        let lines = read(&path).lines().count();
        (lines > MAX_LINES).then(|| format!("{path}: {lines} lines"))
    });
    none("files over 500 lines", &long.collect::<Vec<_>>());
}

#[test]
fn half_of_the_files_are_short() {
    let mut sizes: Vec<usize> =
        sources().iter().filter(|path| is_production(path)).map(|path| read(path).lines().count()).collect();
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!(median <= MAX_MEDIAN, "the median of {} production files is {median} lines", sizes.len());
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["TODO", "FIXME", "XXX"];
    let calls = ["todo!(", "unimplemented!("];
    let mut wrong = Vec::new();
    for path in everything().into_iter().filter(|path| path != SELF) {
        for (line, text) in read(&path).lines().enumerate() {
            let has_word =
                text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| words.contains(&word));
            if has_word || calls.iter().any(|call| text.contains(call)) {
                wrong.push(format!("{path}:{}: {}", line + 1, text.trim()));
            }
        }
    }
    none("leftovers", &wrong);
}

#[test]
fn nothing_depends_on_the_machine_it_was_written_on() {
    let places = ["/work/", "/root/", "/tmp/target"];
    let mut wrong = Vec::new();
    for path in everything().into_iter().filter(|path| path != SELF) {
        for (line, text) in read(&path).lines().enumerate() {
            if places.iter().any(|place| text.contains(place)) {
                wrong.push(format!("{path}:{}: {}", line + 1, text.trim()));
            }
        }
    }
    none("paths of one machine", &wrong);
}

fn everything() -> Vec<String> {
    files("", &[".rs", ".ts", ".tsx", ".py", ".md", ".yaml", ".yml", ".json", ".toml", ".pbs", ".sh", ".svg"])
}

/// Error codes of AWS that would be compared with somewhere.
const CLOUD_CODES: &[&str] = &[
    "AlreadyExistsException",
    "ConditionalCheckFailed",
    "DryRunOperation",
    "ExecutionAlreadyExists",
    "ExecutionDoesNotExist",
    "InsufficientInstanceCapacity",
    "InvalidInstanceID.NotFound",
    "NoSuchKey",
    "NotAuthorizedException",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "ResourceNotFoundException",
    "SlowDown",
    "TaskTimedOut",
    "ThrottlingException",
    "TransactionCanceled",
    "TransactionConflict",
    "UnauthorizedOperation",
    "ValidationError",
    "ValidationException",
    "VcpuLimitExceeded",
];

/// Who may know codes: each service's in one file, and the tests of that file.
const KNOW_CLOUD_CODES: &[&str] = &[
    "crates/cloud-aws/",
    "crates/store-dynamodb/src/errors.rs",
    "crates/store-dynamodb/src/commit.rs", // its tests only
    "crates/store-dynamodb/tests/",
    "crates/cli/src/net/cognito.rs", // signing in is a call of the command line's own
    "crates/cli/tests/",
    "crates/twin/", // what is emulated has AWS's words
    "tests/tests/contract",
    SELF,
];

#[test]
fn cloud_error_codes_stay_in_their_adapters() {
    let outside = |path: &String| !KNOW_CLOUD_CODES.iter().any(|place| path.starts_with(place));
    let wrong = literals_with(sources().into_iter().filter(outside), |text| {
        CLOUD_CODES.iter().any(|code| text.contains(code))
    });
    none("error codes of AWS outside the adapters", &wrong);
}

/// The words that begin keys of the table, followed by `#`.
const KEY_WORDS: &[&str] = &[
    "COUNTER", "ELEMENTS", "HOLD", "JOB", "LEASE", "NODE", "OUTPUT", "OWNER", "QUEUE", "REQUEST", "STACK",
    "USAGE", "WAIT",
];

/// Who may spell keys: the file of keys, and the tests of what is written.
const KNOW_KEYS: &[&str] = &[
    "crates/store-dynamodb/src/keys.rs",
    "crates/store-dynamodb/src/rows/tests.rs",
    "crates/store-dynamodb/tests/",
    SELF,
];

#[test]
fn keys_of_the_table_are_made_in_one_file() {
    let outside = |path: &String| !KNOW_KEYS.iter().any(|place| path.starts_with(place));
    let wrong = literals_with(sources().into_iter().filter(outside), |text| {
        KEY_WORDS.iter().any(|word| text.starts_with(&format!("{word}#")))
    });
    none("keys outside keys.rs", &wrong);
}

/// Where string literals are that `wanted` takes. Comments do not count.
fn literals_with(paths: impl Iterator<Item = String>, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        for (line, text) in read(&path).lines().enumerate() {
            let code = text.trim_start();
            if code.starts_with("//") {
                continue;
            }
            // Every other piece between quotation marks is a literal; good enough for lines of code.
            if code.split('"').skip(1).step_by(2).any(&wanted) {
                found.push(format!("{path}:{}: {code}", line + 1));
            }
        }
    }
    found
}
