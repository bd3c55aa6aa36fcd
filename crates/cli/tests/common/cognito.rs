//! A fake of Cognito: one user, passwords, tokens that end.

use super::{
    http::{Reply, Request},
    server::State,
};
use serde_json::{Value, json};

/// Who may sign in, and with what.
#[derive(Debug)]
pub(crate) struct Cognito {
    pub(crate) password: String,
    pub(crate) must_change: bool,
    pub(crate) access_tokens: Vec<String>,
    pub(crate) refresh_tokens: Vec<String>,
    pub(crate) seconds: u64,
    issued: u32,
}

impl Default for Cognito {
    fn default() -> Cognito {
        Cognito {
            password: "correct horse".into(),
            must_change: false,
            access_tokens: Vec::new(),
            refresh_tokens: Vec::new(),
            seconds: 3600,
            issued: 0,
        }
    }
}

impl Cognito {
    fn issue(&mut self, with_refresh: bool) -> Reply {
        self.issued += 1;
        let (access, refresh) = (format!("access-{}", self.issued), format!("refresh-{}", self.issued));
        self.access_tokens.push(access.clone());
        let mut result = json!({"AccessToken": access, "ExpiresIn": self.seconds, "TokenType": "Bearer"});
        if with_refresh {
            self.refresh_tokens.push(refresh.clone());
            result["RefreshToken"] = refresh.into();
        }
        Reply::ok(&json!({"AuthenticationResult": result, "ChallengeParameters": {}}))
    }
}

/// Answers one of Cognito's operations.
pub(crate) fn answer(request: &Request, state: &mut State) -> Reply {
    let body = request.json();
    let operation = request.header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
    if body["ClientId"] != "client-1" || request.header("content-type") != "application/x-amz-json-1.1" {
        return refused("InvalidParameterException", "Wrong client.");
    }
    let cognito = &mut state.cognito;
    match (operation.as_str(), body["AuthFlow"].as_str()) {
        ("InitiateAuth", Some("USER_PASSWORD_AUTH")) => password(&body["AuthParameters"], cognito),
        ("InitiateAuth", Some("REFRESH_TOKEN_AUTH")) => {
            let known =
                cognito.refresh_tokens.iter().any(|t| body["AuthParameters"]["REFRESH_TOKEN"] == t.as_str());
            if known {
                cognito.issue(false)
            } else {
                refused("NotAuthorizedException", "Refresh Token has expired")
            }
        }
        ("RespondToAuthChallenge", _) if body["Session"] == "challenge-1" => {
            cognito.password = body["ChallengeResponses"]["NEW_PASSWORD"].as_str().unwrap_or_default().into();
            cognito.must_change = false;
            cognito.issue(true)
        }
        ("RevokeToken", _) => {
            cognito.refresh_tokens.retain(|t| body["Token"] != t.as_str());
            Reply::ok(&json!({}))
        }
        _ => refused("InvalidParameterException", "Unknown operation."),
    }
}

fn password(parameters: &Value, cognito: &mut Cognito) -> Reply {
    if parameters["USERNAME"] != "alice" || parameters["PASSWORD"] != cognito.password.as_str() {
        return refused("NotAuthorizedException", "Incorrect username or password.");
    }
    if cognito.must_change {
        return Reply::ok(&json!({"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "challenge-1"}));
    }
    cognito.issue(true)
}

fn refused(kind: &str, message: &str) -> Reply {
    Reply { status: 400, body: json!({"__type": kind, "message": message}).to_string() }
}
