//! A network that is simulated: one JSON file per line, which survives restarts as a real network
//! would. It can be slow, busy, lose answers and lie, as it is told.
//!
//! What must stay true: a transaction is done once, however often it is asked for; how an attempt
//! is answered follows from its number alone. One file per line, not one for all: a change costs
//! the same however many lines there are.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use domain::{biller::Policies, provisioning::RespCode};
use futures::{FutureExt, future::BoxFuture};
use serde::{Deserialize, Serialize};

use super::{Line, LineRequest, Network, NetworkError, behaviour::NetworkBehaviour};
use crate::{Action, resp_code};

/// Transactions of a line that are remembered, so that a late attempt at one does nothing.
const REMEMBERED_MAX: usize = 32;

/// A simulated network.
pub(crate) struct SimulatedNetwork {
    lines: Arc<Lines>,
    behaviour: NetworkBehaviour,
}

struct Lines {
    dir: PathBuf,
    /// Where a line has service, and where a suspended one ends.
    service_vlan: u32,
    suspended_vlan: u32,
    keep_vlan: bool,
    /// One change at a time: reading, changing and replacing a file is one step.
    changing: Mutex<()>,
}

/// A line's file.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    line: Line,
    /// Transactions that were done, latest last.
    done: Vec<String>,
}

impl SimulatedNetwork {
    /// A network whose lines are kept in a directory.
    pub(crate) fn open(
        dir: PathBuf,
        policies: &Policies,
        behaviour: NetworkBehaviour,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(&dir)
            .with_context(|| format!("directory {} could not be created", dir.display()))?;
        let lines = Lines {
            dir,
            service_vlan: policies.service_vlan,
            suspended_vlan: policies.suspended_vlan,
            keep_vlan: behaviour.keep_vlan,
            changing: Mutex::new(()),
        };
        Ok(Self { lines: Arc::new(lines), behaviour })
    }

    /// Works on a line's file, off the runtime's threads.
    async fn on_line<T: Send + 'static>(
        &self,
        site_id: &str,
        work: impl FnOnce(&Lines) -> io::Result<T> + Send + 'static,
    ) -> Result<T, NetworkError> {
        let lines = Arc::clone(&self.lines);
        let working = tokio::task::spawn_blocking(move || work(&lines));
        let worked = working.await.map_err(io::Error::other).flatten();
        worked.map_err(|source| NetworkError { site_id: site_id.to_owned(), source })
    }

    async fn answer(&self, request: &LineRequest) -> Result<RespCode, NetworkError> {
        tokio::time::sleep(self.behaviour.latency).await;
        if request.attempt <= self.behaviour.fail_first {
            return Ok(code(resp_code::BUSY));
        }
        let change = request.clone();
        self.on_line(&request.site_id, move |lines| lines.change(&change)).await?;
        let lost = self.behaviour.fail_first.saturating_add(self.behaviour.lose_answers);
        if request.attempt <= lost {
            std::future::pending::<()>().await;
        }
        Ok(code(resp_code::DONE))
    }
}

impl Network for SimulatedNetwork {
    fn carry_out<'a>(
        &'a self,
        request: &'a LineRequest,
    ) -> BoxFuture<'a, Result<RespCode, NetworkError>> {
        self.answer(request).boxed()
    }

    fn read_line<'a>(
        &'a self,
        site_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Line>, NetworkError>> {
        async move {
            tokio::time::sleep(self.behaviour.latency).await;
            let wanted = site_id.to_owned();
            let stored = self.on_line(site_id, move |lines| lines.read(&wanted)).await?;
            Ok(stored.map(|stored| stored.line))
        }
        .boxed()
    }
}

impl Lines {
    fn change(&self, request: &LineRequest) -> io::Result<()> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        // There is a port at every address: a line that nobody touched is in the service VLAN.
        let untouched =
            || Stored { line: Line { vlan: self.service_vlan, package_id: None }, done: vec![] };
        let mut stored = self.read(&request.site_id)?.unwrap_or_else(untouched);
        if stored.done.contains(&request.transaction_id) {
            return Ok(());
        }
        match request.action {
            // A suspended line stays suspended, whatever package it gets.
            Action::Activate | Action::Reprovision => {
                stored.line.package_id.clone_from(&request.package_id);
            }
            // A package that another service has brought since stays.
            Action::Deactivate if stored.line.package_id == request.package_id => {
                stored.line.package_id = None;
            }
            Action::Deactivate => {}
            Action::Suspend => stored.line.vlan = self.suspended_vlan,
            Action::Reinstate if self.keep_vlan => {}
            Action::Reinstate => stored.line.vlan = self.service_vlan,
        }
        stored.done.push(request.transaction_id.clone());
        let forgotten = stored.done.len().saturating_sub(REMEMBERED_MAX);
        stored.done.drain(..forgotten);
        self.write(&request.site_id, &stored)
    }

    fn read(&self, site_id: &str) -> io::Result<Option<Stored>> {
        match fs::read(self.file(site_id)?) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces a line's file as a whole: a crash leaves the old one or the new one.
    fn write(&self, site_id: &str, stored: &Stored) -> io::Result<()> {
        let path = self.file(site_id)?;
        let draft = path.with_extension("draft");
        let mut file = fs::File::create(&draft)?;
        file.write_all(&serde_json::to_vec(stored)?)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        fs::File::open(&self.dir)?.sync_all()
    }

    /// The key of a live view comes from outside: only what can be a site's id becomes a path.
    fn file(&self, site_id: &str) -> io::Result<PathBuf> {
        let site_id = domain::site::SiteId::parse(site_id)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(Path::new(&self.dir).join(format!("{site_id}.json")))
    }
}

fn code(digits: &str) -> RespCode {
    RespCode::parse(digits).expect("the codes of the list are three digits")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Line, LineRequest, Network, NetworkBehaviour, SimulatedNetwork};
    use crate::Action;

    fn network(dir: &tempfile::TempDir, behaviour: &str) -> SimulatedNetwork {
        let policies = domain::biller::testing().policies;
        let behaviour = NetworkBehaviour::parse(behaviour).unwrap();
        SimulatedNetwork::open(dir.path().to_owned(), &policies, behaviour).unwrap()
    }

    fn request(transaction: &str, attempt: u32, action: Action) -> LineRequest {
        LineRequest {
            transaction_id: transaction.to_owned(),
            attempt,
            site_id: "site_88".to_owned(),
            action,
            package_id: Some(format!("package of {transaction}")),
        }
    }

    async fn ask(network: &SimulatedNetwork, request: LineRequest) -> String {
        let patience = Duration::from_secs(2);
        match tokio::time::timeout(patience, network.carry_out(&request)).await {
            Ok(answer) => answer.unwrap().to_string(),
            Err(_) => "no answer".to_owned(),
        }
    }

    async fn vlan(network: &SimulatedNetwork) -> Option<u32> {
        network.read_line("site_88").await.unwrap().map(|line| line.vlan)
    }

    #[tokio::test]
    async fn f29_a_line_gets_the_package_of_its_order_and_keeps_it_over_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(ask(&network(&dir, ""), request("a", 1, Action::Activate)).await, "000");
        let line = network(&dir, "").read_line("site_88").await.unwrap();
        assert_eq!(line, Some(Line { vlan: 552, package_id: Some("package of a".to_owned()) }));
    }

    #[tokio::test]
    async fn f83_f89_a_line_leaves_the_service_vlan_and_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let network = network(&dir, "");
        assert_eq!(vlan(&network).await, None);
        ask(&network, request("a", 1, Action::Suspend)).await;
        assert_eq!(vlan(&network).await, Some(999));
        ask(&network, request("b", 1, Action::Reinstate)).await;
        assert_eq!(vlan(&network).await, Some(552));
    }

    #[tokio::test]
    async fn f67_a_line_loses_the_package_of_the_service_that_ends_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let network = network(&dir, "");
        let leaving = |transaction, package: &str| LineRequest {
            package_id: Some(package.to_owned()),
            ..request(transaction, 1, Action::Deactivate)
        };
        ask(&network, request("a", 1, Action::Activate)).await;
        ask(&network, leaving("b", "another package")).await;
        let line = network.read_line("site_88").await.unwrap().unwrap();
        assert_eq!(line.package_id.as_deref(), Some("package of a"));
        ask(&network, leaving("c", "package of a")).await;
        assert_eq!(network.read_line("site_88").await.unwrap().unwrap().package_id, None);
    }

    #[tokio::test]
    async fn a_transaction_that_is_asked_for_again_does_nothing_twice() {
        let dir = tempfile::tempdir().unwrap();
        let network = network(&dir, "");
        ask(&network, request("a", 1, Action::Suspend)).await;
        ask(&network, request("b", 1, Action::Reinstate)).await;
        assert_eq!(ask(&network, request("a", 2, Action::Suspend)).await, "000");
        assert_eq!(vlan(&network).await, Some(552));
    }

    #[tokio::test]
    async fn a_busy_network_refuses_and_a_lost_answer_does_not_undo_what_was_done() {
        let dir = tempfile::tempdir().unwrap();
        let network = network(&dir, "fail=1,lose=1");
        assert_eq!(ask(&network, request("a", 1, Action::Suspend)).await, "503");
        assert_eq!(vlan(&network).await, None);
        assert_eq!(ask(&network, request("a", 2, Action::Suspend)).await, "no answer");
        assert_eq!(vlan(&network).await, Some(999));
        assert_eq!(ask(&network, request("a", 3, Action::Suspend)).await, "000");
    }

    #[tokio::test]
    async fn f89_a_network_that_lies_leaves_the_line_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let network = network(&dir, "keep-vlan");
        ask(&network, request("a", 1, Action::Suspend)).await;
        assert_eq!(ask(&network, request("b", 1, Action::Reinstate)).await, "000");
        assert_eq!(vlan(&network).await, Some(999));
    }

    #[tokio::test]
    async fn a_key_that_is_no_site_reads_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert!(network(&dir, "").read_line("../site_88").await.is_err());
    }
}
