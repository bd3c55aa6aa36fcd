//! What a queue presets, as text and as values.

use crate::error::Error;
use soca_directives::{Preset, Presets, read_presets, write_presets};
use soca_domain::{Fault, request::Resources};
use std::collections::BTreeMap;

/// Reads what a queue presets.
///
/// # Errors
/// Everything that is wrong with it; also what would be left out or counts twice, since nobody would see a warning.
pub fn read(defaults: &BTreeMap<String, String>) -> Result<Resources, Error> {
    let presets: Vec<Preset<'_>> =
        defaults.iter().map(|(name, value)| Preset { name, value, line: 0, column: 1 }).collect();
    let read = read_presets(&presets).and_then(Presets::strict);
    read.map_err(|faults| Error::Refused(of_defaults(faults)))
}

/// Writes it so that it reads back.
pub fn write(defaults: &Resources) -> BTreeMap<String, String> {
    write_presets(defaults).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn of_defaults(faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|f| Fault { message: format!("defaults: {}", f.message), ..f }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use soca_domain::Code;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_is_left_out_silently_p11() {
        for (pairs, code) in [
            (&[("walltime", "1:99:0")][..], Code::BadWalltime),
            (&[("instance_tpye", "c6i.large")], Code::UnknownResource),
            (&[("fsx_lustre", "true")], Code::UnsupportedDirective),
            (&[("system_metrics", "true")], Code::BadValue),
            (&[("instance_type", "c6i.large"), ("instance_types", "m5.large")], Code::BadValue),
        ] {
            let fault = read(&map(pairs)).unwrap_err().fault();
            assert_eq!(fault.code, code, "{pairs:?}");
            assert!(fault.message.starts_with("defaults: "), "{fault}");
        }
    }

    #[test]
    fn defaults_read_back() {
        let written =
            map(&[("instance_type", "c6i.large+m5.large"), ("walltime", "01:00:00"), ("nodes", "2")]);
        assert_eq!(write(&read(&written).unwrap()), written);
    }
}
