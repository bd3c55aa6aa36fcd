//! Verifies a token: RS256 and nothing else, a key of our pool, our issuer, our client, its use, and its time.

use super::jwks::{FetchKeys, KeyCache};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous, decode, decode_header};
use serde::Deserialize;
use soca_app::{Caller, Error};
use soca_domain::{Code, Fault, Timestamp};

/// Members of this Cognito group are administrators.
pub const ADMIN_GROUP: &str = "soca-admins";

/// Whose tokens are good.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The user pool's issuer: `https://cognito-idp.<region>.amazonaws.com/<pool id>`.
    pub issuer: String,
    /// Our app client.
    pub client_id: String,
}

/// Verifies tokens of one pool.
pub struct Verifier {
    pool: Pool,
    source: Box<dyn FetchKeys>,
    keys: KeyCache,
}

/// The claims we look at. Access tokens carry `client_id` and `username`, id tokens `aud` and `cognito:username`.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: Option<String>,
    exp: Option<i64>,
    token_use: Option<String>,
    client_id: Option<String>,
    aud: Option<String>,
    username: Option<String>,
    #[serde(rename = "cognito:username")]
    cognito_username: Option<String>,
    #[serde(rename = "cognito:groups", default)]
    groups: Vec<String>,
}

impl Verifier {
    /// A verifier that gets its keys from `source`.
    pub fn new(pool: Pool, source: impl FetchKeys + 'static) -> Self {
        Self { pool, source: Box::new(source), keys: KeyCache::default() }
    }

    /// Who the token speaks for.
    ///
    /// # Errors
    /// `TOKEN_INVALID`, `TOKEN_FOREIGN`, `TOKEN_EXPIRED`; unavailable when the keys cannot be had.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Caller, Error> {
        let header = decode_header(token).map_err(|_| invalid("it is no JSON web token"))?;
        if header.alg != Algorithm::RS256 {
            return Err(invalid("it is not signed with RS256").into());
        }
        // Whose it claims to be is read before the signature only to say "another pool's" instead of "unknown key".
        let claimed: Claims =
            dangerous::insecure_decode(token).map_err(|_| invalid("its claims cannot be read"))?.claims;
        if claimed.iss.as_deref() != Some(&self.pool.issuer) {
            return Err(foreign("of another user pool").into());
        }
        let kid = header.kid.ok_or_else(|| invalid("it names no key"))?;
        let key =
            self.keys.key(&*self.source, &kid, now).await.map_err(|e| Error::Unavailable(Box::new(e)))?;
        let key = key.ok_or_else(|| invalid("its key is not our pool's"))?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| invalid("its key cannot be used"))?;
        let claims = decode::<Claims>(token, &key, &signature_only())
            .map_err(|_| invalid("its signature is wrong"))?
            .claims;
        Ok(self.check(claims, now)?)
    }

    fn check(&self, claims: Claims, now: Timestamp) -> Result<Caller, Fault> {
        if claims.exp.is_none_or(|exp| exp <= now.seconds()) {
            return Err(Fault::new(
                Code::TokenExpired,
                "The token has expired.",
                "Sign in again with soca login.",
            ));
        }
        let (client, user) = match claims.token_use.as_deref() {
            Some("access") => (claims.client_id, claims.username),
            Some("id") => (claims.aud, claims.cognito_username),
            _ => return Err(foreign("for another use")),
        };
        if client.as_deref() != Some(&self.pool.client_id) {
            return Err(foreign("for another client"));
        }
        let user = user.unwrap_or_default().parse()?;
        // A group whose name no queue could name is none that matters here.
        let groups = claims.groups.iter().filter_map(|group| group.parse().ok()).collect();
        Ok(Caller { user, admin: claims.groups.iter().any(|g| g == ADMIN_GROUP), groups })
    }
}

/// We check the claims ourselves, against our own clock and with our own words.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

fn invalid(why: &str) -> Fault {
    Fault::new(
        Code::TokenInvalid,
        format!("The token cannot be accepted: {why}."),
        "Sign in again with soca login.",
    )
}

fn foreign(what: &str) -> Fault {
    Fault::new(
        Code::TokenForeign,
        format!("The token is {what}."),
        "Sign in to this cluster with soca login.",
    )
}
