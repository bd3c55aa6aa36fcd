//! Settings by key, as `soca queue set` takes them and `soca queue show` shows them.

use super::{
    reservations,
    slots::{KEYS, Slot, slot},
};
use crate::failure::Failure;
use soca_directives::{Preset, preset_name, read_presets, write_presets};
use soca_domain::{id::shorten, instance_type::nearest};
use soca_wire::api::QueueSettings;

/// Every key that has a value, with the value as it can be set; what is not listed is not limited.
pub fn flat(settings: &QueueSettings) -> Vec<(String, String)> {
    let mut settings = settings.clone();
    let mut all: Vec<(String, String)> =
        KEYS.iter().filter_map(|key| Some(((*key).to_owned(), slot(&mut settings, key)?.shown()?))).collect();
    all.extend(settings.defaults.iter().map(|(name, value)| (format!("defaults.{name}"), value.clone())));
    all
}

/// Where a key stands among those that are shown; defaults come last.
pub(super) fn place(key: &str) -> usize {
    KEYS.iter().position(|known| *known == key).unwrap_or(KEYS.len())
}

/// Sets a key to a value as text; an empty one clears it.
///
/// # Errors
/// There is no such key, or the value is not of its kind. Names and words are for the settings' own reader to check.
pub fn set(settings: &mut QueueSettings, key: &str, text: &str) -> Result<(), Failure> {
    if let Some(name) = key.strip_prefix("defaults.") {
        return set_default(settings, name, text);
    }
    match slot(settings, key) {
        Some(slot) => slot.set(text.trim()).map_err(|remedy| bad(key, text, remedy)),
        None => Err(unknown(key)),
    }
}

fn set_default(settings: &mut QueueSettings, name: &str, text: &str) -> Result<(), Failure> {
    let written = preset_name(name)?;
    settings.defaults.retain(|known, _| preset_name(known).ok() != Some(written));
    if text.is_empty() {
        return Ok(());
    }
    let preset = Preset { name, value: text, line: 0, column: 1 };
    let read = read_presets(&[preset]).and_then(soca_directives::Presets::strict);
    let read = read.map_err(Failure::of_faults)?;
    settings.defaults.extend(write_presets(&read).into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(())
}

impl Slot<'_> {
    /// The value as text; none when it is the kind's nothing.
    fn shown(&self) -> Option<String> {
        let list = |items: &[String]| (!items.is_empty()).then(|| items.join(","));
        match self {
            Slot::Text(text) => (!text.is_empty()).then(|| (**text).clone()),
            Slot::Word(word, _) => Some((**word).clone()),
            Slot::Priority(number) => Some(number.to_string()),
            Slot::Count(count) => count.map(|n| n.to_string()),
            Slot::Amount(amount) => amount.map(|n| n.to_string()),
            Slot::Walltime(span) => (**span).clone(),
            Slot::List(items) | Slot::Windows(items) => list(items),
            Slot::Reservations(kept) => list(&kept.iter().map(reservations::write).collect::<Vec<_>>()),
        }
    }

    /// Takes a value; what to write instead when it cannot.
    fn set(self, text: &str) -> Result<(), &'static str> {
        match self {
            Slot::Text(value) => *value = text.into(),
            Slot::Word(word, default) => *word = if text.is_empty() { default } else { text }.into(),
            Slot::Priority(value) => {
                *value = optional(text).ok_or("Write a whole number; 0 is usual.")?.unwrap_or(0);
            }
            Slot::Count(value) => *value = optional(text).ok_or(NUMBER)?,
            Slot::Amount(value) => *value = optional(text).ok_or(NUMBER)?,
            Slot::Walltime(value) => *value = (!text.is_empty()).then(|| text.into()),
            Slot::List(value) => *value = names(text),
            Slot::Windows(value) => *value = windows(text),
            Slot::Reservations(value) => {
                let read: Option<Vec<_>> = items(text).iter().map(|item| reservations::read(item)).collect();
                *value = read.ok_or(
                    "Write group:instances:from/to, for example cfd:8:2026-12-01T00:00:00Z/2026-12-24T00:00:00Z.",
                )?;
            }
        }
        Ok(())
    }
}

const NUMBER: &str = "Write a whole number, or nothing for no limit.";

/// Nothing, or a number; none when it is neither.
fn optional<T: std::str::FromStr>(text: &str) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

/// The parts between commas.
fn items(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Names between commas, of which there are some in a group's whole name as well: `ann,cn=cfd,ou=Group,dc=soca`.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let is_group = |name: &str| name.to_ascii_lowercase().starts_with("cn=");
    for item in items(text) {
        match names.last_mut() {
            Some(group) if is_group(group) && item.contains('=') && !is_group(&item) => {
                *group = format!("{group},{item}");
            }
            _ => names.push(item),
        }
    }
    names
}

/// Windows between commas, of which there are some in a window's days as well: `sat,sun 00:00-24:00,mon 01:00-02:00`.
fn windows(text: &str) -> Vec<String> {
    let mut windows: Vec<String> = Vec::new();
    for item in items(text) {
        match windows.last_mut() {
            Some(days) if !days.contains(' ') => *days = format!("{days},{item}"),
            _ => windows.push(item),
        }
    }
    windows
}

fn bad(key: &str, text: &str, remedy: &str) -> Failure {
    Failure::new("BAD_VALUE", format!("{key} cannot be \"{}\".", shorten(text)), remedy)
}

fn unknown(key: &str) -> Failure {
    if key == "name" {
        return Failure::new(
            "BAD_NAME",
            "A queue cannot be renamed.",
            "Make another one, and remove this one when it has no jobs.",
        );
    }
    let known = KEYS.iter().copied().chain(["defaults.instance_type", "defaults.walltime"]);
    let near = if key.len() > 64 { Vec::new() } else { nearest(key, known, 1) };
    let remedy = near.first().map_or_else(
        || "soca queue show NAME shows the keys, and docs/OPERATIONS.md describes them.".to_owned(),
        |near| format!("Did you mean {near}?"),
    );
    Failure::new("UNKNOWN_KEY", format!("A queue has no key \"{}\".", shorten(key)), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank() -> QueueSettings {
        serde_json::from_str(r#"{"name":"q"}"#).unwrap()
    }

    #[test]
    fn slips_are_refused_with_what_was_meant() {
        let code = |key: &str, text: &str| set(&mut blank(), key, text).unwrap_err().code().to_owned();
        assert_eq!(code("max_runing_jobs", "4"), "UNKNOWN_KEY");
        assert_eq!(code("per_user", "4"), "UNKNOWN_KEY");
        assert_eq!(code("per_users.vcpus", "4"), "UNKNOWN_KEY");
        assert_eq!(code("name", "other"), "BAD_NAME");
        assert_eq!(code("max_running_jobs", "-1"), "BAD_VALUE");
        assert_eq!(code("priority", "high"), "BAD_VALUE");
        assert_eq!(code("reservations", "cfd:8"), "BAD_VALUE");
        assert_eq!(code("defaults.instance_tpye", "c6i.large"), "UNKNOWN_RESOURCE");
        assert_eq!(code("defaults.walltime", "1:99:0"), "BAD_WALLTIME");
        let failure = set(&mut blank(), "max_runing_jobs", "4").unwrap_err();
        assert_eq!(failure.refusal().unwrap().body.remedy, "Did you mean max_running_jobs?");
    }

    #[test]
    fn every_key_is_set_shown_and_cleared() {
        for key in KEYS {
            let text = match key {
                "queue_mode" => "fairshare",
                "scaling_mode" => "multiple_jobs",
                "max_walltime" => "12:00:00",
                "start_windows" => "sat,sun 00:00-24:00,mon 01:00-02:00",
                "reservations" => "cfd:8:2026-12-01T00:00:00Z/2026-12-24T00:00:00Z",
                _ => "7",
            };
            let mut settings = blank();
            set(&mut settings, key, text).unwrap();
            assert!(flat(&settings).contains(&(key.to_owned(), text.to_owned())), "{key}");
            set(&mut settings, key, "").unwrap();
            assert_eq!(settings, blank(), "{key}");
        }
    }

    #[test]
    fn a_default_is_there_once_however_it_is_spelt() {
        let mut settings = blank();
        set(&mut settings, "defaults.instance_types", "c6i.large").unwrap();
        set(&mut settings, "defaults.instance_type", "m5.large").unwrap();
        set(&mut settings, "defaults.walltime", "1:0:0").unwrap();
        let shown: Vec<String> = flat(&settings).into_iter().map(|(key, value)| key + "=" + &value).collect();
        assert!(
            shown.ends_with(&["defaults.instance_type=m5.large".into(), "defaults.walltime=01:00:00".into()])
        );
        set(&mut settings, "defaults.instance_types", "").unwrap();
        assert_eq!(settings.defaults.len(), 1);
    }

    #[test]
    fn windows_keep_their_days_and_groups_their_whole_names() {
        assert_eq!(
            names("ann, cn=cfd,ou=Group,dc=soca,CN=fea,ou=Group,bob"),
            ["ann", "cn=cfd,ou=Group,dc=soca", "CN=fea,ou=Group", "bob"]
        );
        assert_eq!(
            windows("sat,sun 00:00-24:00, mon 01:00-02:00"),
            ["sat,sun 00:00-24:00", "mon 01:00-02:00"]
        );
    }
}
