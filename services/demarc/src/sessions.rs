//! Who is logged in: the tokens that are kept between two runs, one for each Demarc and biller.
//!
//! What must stay true: the file can be read by its owner only; no password is ever in it.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::exit::Misused;

const FILE: &str = "sessions.json";

/// Where sessions are kept.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    file: PathBuf,
}

/// A session as the API gives it. It has no `Debug`, so that nobody writes it down.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    #[serde(default)]
    pub(crate) expires_at: String,
    /// The password is temporary: nothing is allowed but to change it (F63).
    #[serde(default)]
    pub(crate) must_change: bool,
}

impl Sessions {
    /// Those in a directory, or in `.config/demarc` of whoever runs this.
    pub(crate) fn in_dir(dir: Option<PathBuf>) -> Result<Self, Misused> {
        let usual = || Some(std::env::home_dir()?.join(".config").join("demarc"));
        let dir = dir.or_else(usual).ok_or_else(|| {
            Misused("there is no home directory to keep sessions in: use --config".into())
        })?;
        Ok(Self { file: dir.join(FILE) })
    }

    /// The session at a biller of the Demarc at this address.
    pub(crate) fn find(&self, url: &str, biller: &str) -> anyhow::Result<Option<Session>> {
        Ok(self.all()?.remove(&key(url, biller)))
    }

    /// Keeps a session in the place of the former one.
    pub(crate) fn keep(&self, url: &str, biller: &str, session: &Session) -> anyhow::Result<()> {
        let mut all = self.all()?;
        all.insert(key(url, biller), session.clone());
        self.write(&all)
    }

    /// Forgets a session.
    pub(crate) fn forget(&self, url: &str, biller: &str) -> anyhow::Result<()> {
        let mut all = self.all()?;
        match all.remove(&key(url, biller)) {
            Some(_) => self.write(&all),
            None => Ok(()),
        }
    }

    fn all(&self) -> anyhow::Result<BTreeMap<String, Session>> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(error).with_context(|| self.unusable()),
        };
        serde_json::from_str(&text).ok().with_context(|| self.unusable())
    }

    /// Whole or not at all, so that a session is never lost to a full disk.
    fn write(&self, all: &BTreeMap<String, Session>) -> anyhow::Result<()> {
        let draft = self.file.with_extension("draft");
        let text = serde_json::to_string_pretty(all)?;
        let written = (|| {
            let dir = self.file.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(dir)?;
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(&draft)?;
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.write_all(text.as_bytes())?;
            fs::rename(&draft, &self.file)
        })();
        written.with_context(|| self.unusable())
    }

    fn unusable(&self) -> String {
        format!("the sessions in {} cannot be used", self.file.display())
    }
}

fn key(url: &str, biller: &str) -> String {
    format!("{} {biller}", url.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::{FILE, Session, Sessions};

    fn session(token: &str) -> Session {
        Session {
            token: token.into(),
            name: "jane".into(),
            roles: Vec::new(),
            expires_at: String::new(),
            must_change: false,
        }
    }

    #[test]
    fn a_session_is_kept_for_one_biller_and_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sessions = Sessions::in_dir(Some(dir.path().join("demarc"))).unwrap();
        let token = |url: &str, biller: &str| {
            sessions.find(url, biller).unwrap().map(|session| session.token)
        };
        assert_eq!(token("http://a", "north"), None);
        sessions.keep("http://a", "north", &session("one")).unwrap();
        sessions.keep("http://a", "south", &session("two")).unwrap();
        assert_eq!(token("http://a/", "north").as_deref(), Some("one"));
        assert_eq!(token("http://b", "north"), None);
        let mode = fs::metadata(dir.path().join("demarc").join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        sessions.forget("http://a", "north").unwrap();
        assert_eq!(token("http://a", "north"), None);
        assert_eq!(token("http://a", "south").as_deref(), Some("two"));
    }

    #[test]
    fn a_file_that_holds_something_else_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "x").unwrap();
        let sessions = Sessions::in_dir(Some(dir.path().to_owned())).unwrap();
        let error = sessions.find("http://a", "north").err().unwrap().to_string();
        assert!(error.contains(FILE), "{error}");
    }
}
