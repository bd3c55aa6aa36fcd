//! The twin's users: alice, bob and carol, who are nobody special, and admin.

use crate::{
    deploy::aws::{Aws, failed},
    fault::{Fault, Kind, Outcome},
    files,
    layout::Layout,
};
use aws_sdk_cognitoidentityprovider::{error::ProvideErrorMetadata, types::MessageActionType};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

/// Whoever is in it may do everything.
const ADMINISTRATORS: &str = "soca-admins";
/// Names, and whether they are administrators.
pub const PEOPLE: [(&str, bool); 4] = [("alice", false), ("bob", false), ("carol", false), ("admin", true)];

/// The file of passwords.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Passwords {
    /// By user.
    pub users: BTreeMap<String, String>,
}

/// The passwords; new ones for who has none.
pub fn passwords(layout: &Layout) -> Outcome<Passwords> {
    let mut kept: Passwords = files::read(&layout.credentials_file()).unwrap_or_default();
    for (user, _) in PEOPLE {
        kept.users.entry(user.to_owned()).or_insert_with(|| format!("Twin-{}", crate::room::random_hex(12)));
    }
    files::write(&layout.credentials_file(), &kept)?;
    Ok(kept)
}

/// Makes the users, with their homes.
pub async fn create(aws: &Aws, pool: &str, layout: &Layout, passwords: &Passwords) -> Outcome<()> {
    for (user, administrator) in PEOPLE {
        let call = aws.people.admin_create_user().user_pool_id(pool).username(user);
        if let Err(error) = call.message_action(MessageActionType::Suppress).send().await
            && error.code() != Some("UsernameExistsException")
        {
            return Err(failed(&format!("Making the user {user}"), error));
        }
        let call = aws.people.admin_set_user_password().user_pool_id(pool).username(user).permanent(true);
        let call = call.password(passwords.users.get(user).cloned().unwrap_or_default()).send().await;
        call.map_err(|error| failed(&format!("Setting the password of {user}"), error))?;
        if administrator {
            let call = aws.people.admin_add_user_to_group().user_pool_id(pool).username(user);
            let call = call.group_name(ADMINISTRATORS).send().await;
            call.map_err(|error| failed(&format!("Making {user} an administrator"), error))?;
        }
        files::directory(&layout.data().join("home").join(user))?;
    }
    Ok(())
}

/// Signs everybody in through the real command, each in a configuration directory of their own.
pub fn sign_in(layout: &Layout, endpoint: &str, passwords: &Passwords) -> Outcome<()> {
    for (user, _) in PEOPLE {
        files::directory(&layout.config(user))?;
        let mut soca = Command::new(layout.program("soca")?);
        soca.args(["login", "--endpoint", endpoint, "--user", user, "--password-stdin"]);
        soca.env("SOCA_CONFIG_DIR", layout.config(user)).env_remove("SOCA_TOKEN").env_remove("SOCA_ENDPOINT");
        soca.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut soca = soca.spawn().map_err(|e| Fault::machine("soca", e))?;
        if let (Some(mut input), Some(password)) = (soca.stdin.take(), passwords.users.get(user)) {
            writeln!(input, "{password}").map_err(|e| Fault::machine("soca login", e))?;
        }
        let output = soca.wait_with_output().map_err(|e| Fault::machine("soca login", e))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
            let message = format!("{user} could not sign in: {said}.");
            return Err(Fault::new(Kind::Deploy, message, "Look into the API's log: cargo xtask logs api"));
        }
    }
    Ok(())
}
