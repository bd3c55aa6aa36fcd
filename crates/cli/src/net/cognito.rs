//! Signing in with Cognito by plain HTTPS: password, first password, renewal, and the end of a session.

use super::{
    retry::{self, Repeat},
    transport::{Method, Reply, Request, Transport},
};
use crate::{clock::Clock, failure::Failure};
use serde::Deserialize;
use serde_json::{Value, json};

/// Cognito's address and the app client to sign in for.
#[derive(Clone, Copy)]
pub struct Cognito<'a> {
    /// Carries requests.
    pub transport: &'a dyn Transport,
    /// For waits between tries.
    pub clock: &'a dyn Clock,
    /// Cognito's address.
    pub endpoint: &'a str,
    /// The app client.
    pub client_id: &'a str,
}

/// What Cognito gives. Not `Debug`: both are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The bearer token.
    pub access: String,
    /// What renews it; absent when renewing did not replace it.
    pub refresh: Option<String>,
    /// Seconds that the bearer token lives.
    pub seconds: u64,
}

/// What came of a password. Not `Debug`: it holds secrets.
pub enum SignIn {
    /// It was right.
    Done(Tokens),
    /// It was right and is only good for setting another; what to send along.
    NewPassword(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    authentication_result: Option<AuthenticationResult>,
    challenge_name: Option<String>,
    session: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AuthenticationResult {
    access_token: String,
    refresh_token: Option<String>,
    #[serde(default = "an_hour")]
    expires_in: u64,
}

fn an_hour() -> u64 {
    3600
}

impl Cognito<'_> {
    /// Signs in with a password.
    ///
    /// # Errors
    /// The password is wrong, the account needs something this program cannot do, or Cognito does not answer.
    pub fn password(&self, user: &str, password: &str) -> Result<SignIn, Failure> {
        let parameters = json!({"USERNAME": user, "PASSWORD": password});
        let body = json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.client_id, "AuthParameters": parameters});
        let answer = self.call("InitiateAuth", &body)?;
        match (answer.challenge_name.as_deref(), answer.session) {
            (Some("NEW_PASSWORD_REQUIRED"), Some(session)) => Ok(SignIn::NewPassword(session)),
            (challenge, _) => tokens(answer.authentication_result, challenge).map(SignIn::Done),
        }
    }

    /// Replaces the password that an administrator gave.
    ///
    /// # Errors
    /// The new password is not good enough, or Cognito does not answer.
    pub fn new_password(&self, user: &str, password: &str, session: &str) -> Result<Tokens, Failure> {
        let answer = self.call(
            "RespondToAuthChallenge",
            &json!({
                "ChallengeName": "NEW_PASSWORD_REQUIRED",
                "ClientId": self.client_id,
                "Session": session,
                "ChallengeResponses": {"USERNAME": user, "NEW_PASSWORD": password},
            }),
        )?;
        tokens(answer.authentication_result, answer.challenge_name.as_deref())
    }

    /// Gets a new bearer token.
    ///
    /// # Errors
    /// The session is over, or Cognito does not answer.
    pub fn refresh(&self, token: &str) -> Result<Tokens, Failure> {
        let parameters = json!({"REFRESH_TOKEN": token});
        let body = json!({"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": self.client_id, "AuthParameters": parameters});
        match self.call("InitiateAuth", &body) {
            Err(failure) if failure.code() == "SIGN_IN_REFUSED" => Err(session_over()),
            answer => answer.and_then(|a| tokens(a.authentication_result, a.challenge_name.as_deref())),
        }
    }

    /// Ends the session at Cognito's side too.
    ///
    /// # Errors
    /// Cognito does not answer.
    pub fn revoke(&self, token: &str) -> Result<(), Failure> {
        self.exchange("RevokeToken", &json!({"ClientId": self.client_id, "Token": token})).map(drop)
    }

    fn call(&self, operation: &str, body: &Value) -> Result<Answer, Failure> {
        let reply = self.exchange(operation, body)?;
        if reply.status == 200 {
            return serde_json::from_slice(&reply.body).map_err(|_| self.strange());
        }
        Err(self.refused(&reply))
    }

    fn exchange(&self, operation: &str, body: &Value) -> Result<Reply, Failure> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let request = Request::new(Method::Post, self.endpoint)
            .header("x-amz-target", target)
            .body("application/x-amz-json-1.1", body.to_string().into_bytes());
        retry::send(self.transport, self.clock, &request, Repeat::Safe).map_err(|no_reply| {
            Failure::new(
                "UNREACHABLE",
                format!("{} cannot be reached to sign in: {}.", self.endpoint, no_reply.what),
                "Check your network connection and try again.",
            )
        })
    }

    fn refused(&self, reply: &Reply) -> Failure {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        // `__type` may have a namespace before it.
        let kind = text("__type").and_then(|kind| kind.rsplit('#').next()).unwrap_or_default();
        let said = text("message").or(text("Message")).unwrap_or("The sign-in was refused.");
        match kind {
            "NotAuthorizedException" | "UserNotFoundException" => {
                refusal(said, "Check user name and password, and try again.")
            }
            "PasswordResetRequiredException" => {
                refusal(said, "Ask your administrator to reset the password.")
            }
            "UserNotConfirmedException" => refusal(said, "Ask your administrator to confirm the account."),
            "InvalidPasswordException" | "InvalidParameterException" => {
                refusal(said, "Choose another password.")
            }
            "TooManyRequestsException" | "LimitExceededException" => {
                refusal(said, "Wait a few minutes and try again.")
            }
            _ => self.strange(),
        }
    }

    fn strange(&self) -> Failure {
        Failure::new(
            "BAD_REPLY",
            format!("The reply of {} to the sign-in cannot be understood.", self.endpoint),
            "Check the endpoint with soca doctor; if it is right, tell your administrator.",
        )
    }
}

fn tokens(result: Option<AuthenticationResult>, challenge: Option<&str>) -> Result<Tokens, Failure> {
    let Some(result) = result else {
        return Err(refusal(
            &format!(
                "The account asks for {}, which this command cannot answer.",
                challenge.unwrap_or("more")
            ),
            "Sign in to the portal, or ask your administrator for an account without it.",
        ));
    };
    Ok(Tokens { access: result.access_token, refresh: result.refresh_token, seconds: result.expires_in })
}

fn refusal(said: &str, remedy: &str) -> Failure {
    Failure::new("SIGN_IN_REFUSED", said, remedy)
}

/// That the time to sign in again has come.
pub fn session_over() -> Failure {
    Failure::new("SIGN_IN_EXPIRED", "Your sign-in is over.", "Sign in again: soca login")
}
