//! With what the feeds are asked, and what signs the links of people who come from there: the secret that the operator set, else those that lie in the data folder of this machine.
//!
//! A `belgrano` beside us makes its secret at its first start and keeps it in `DATA_DIR`; `belgrano demo` keeps its own in
//! `DATA_DIR/demo`, another one each time. So the files are read whenever they are needed.

use std::path::PathBuf;

use belgrano_runtime::config::GENERATED_SECRET;
use belgrano_wire::signature::SigningSecrets;

/// Where below the data folder secrets may lie.
const FOLDERS: [&str; 2] = ["", "demo"];

/// With what the feeds are asked.
#[derive(Clone, Debug)]
pub struct Credentials {
    configured: Option<SigningSecrets>,
    data_dir: PathBuf,
}

impl Credentials {
    /// What the operator set, else what lies in `data_dir`.
    #[must_use]
    pub fn new(configured: Option<SigningSecrets>, data_dir: PathBuf) -> Self {
        Self { configured, data_dir }
    }

    /// The secrets to sign with now, each of them; `None` while there is none.
    pub(crate) fn secrets(&self) -> Option<SigningSecrets> {
        if let Some(configured) = &self.configured {
            return Some(configured.clone());
        }
        let read = |folder: &&str| std::fs::read_to_string(self.data_dir.join(folder).join(GENERATED_SECRET)).ok();
        let found: Vec<String> = FOLDERS.iter().filter_map(read).map(|text| text.trim().to_owned()).collect();
        SigningSecrets::parse(&found.join(",")).ok()
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::ambient::Ambient;
    use belgrano_wire::signature::SigningSecrets;

    use super::Credentials;

    #[test]
    fn a_secret_is_found_when_it_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let credentials = Credentials::new(None, folder.path().to_owned());
        assert!(credentials.secrets().is_none());
        std::fs::create_dir(folder.path().join("demo")).expect("a folder");
        std::fs::write(folder.path().join("demo/integration_secret"), SigningSecrets::generate(&Ambient::system()))
            .expect("a file");
        assert!(credentials.secrets().is_some());
    }
}
