//! The two processors, and what each of them holds.

use std::sync::Arc;

use payment_processor::{
    Collection, Currency, Http, HttpOptions, Outcome, Processor, ProcessorError, Refund,
    RefundOutcome, Secret, Simulated,
};
use storage::{Os, Storage};
use tempfile::TempDir;

use crate::player;

/// A processor under test.
pub(crate) struct World {
    pub(crate) name: &'static str,
    processor: Arc<dyn Processor>,
    /// What is behind it.
    book: Arc<Simulated>,
    /// The task that plays the processor.
    player: Option<tokio::task::JoinHandle<()>>,
    dir: TempDir,
}

impl World {
    /// Both.
    pub(crate) async fn all() -> [Self; 2] {
        let dir = || tempfile::tempdir().unwrap();
        [Self::simulated(dir()), Self::over_http(dir()).await]
    }

    fn simulated(dir: TempDir) -> Self {
        let book = Arc::new(open(&dir));
        let processor: Arc<dyn Processor> = Arc::<Simulated>::clone(&book);
        Self { name: "simulated", processor, book, player: None, dir }
    }

    async fn over_http(dir: TempDir) -> Self {
        let book = Arc::new(open(&dir));
        let (base_url, player) = player::play(Arc::clone(&book)).await;
        let key = Secret::new(player::KEY.to_owned());
        let options = HttpOptions { base_url, key, time_limit: std::time::Duration::from_secs(20) };
        let processor = Arc::new(Http::open(&options).unwrap());
        Self { name: "http", processor, book, player: Some(player), dir }
    }

    /// The same after the processor was killed and has started again.
    pub(crate) async fn restarted(self) -> Self {
        let Self { name, processor, book, player, dir } = self;
        drop(processor);
        if let Some(player) = player {
            player.abort();
            assert!(player.await.unwrap_err().is_cancelled());
        }
        drop(book);
        if name == "http" { Self::over_http(dir).await } else { Self::simulated(dir) }
    }

    pub(crate) async fn collect(&self, collection: &Collection) -> Result<Outcome, ProcessorError> {
        self.processor.collect(collection).await
    }

    pub(crate) async fn refund(&self, refund: &Refund) -> Result<RefundOutcome, ProcessorError> {
        self.processor.refund(refund).await
    }

    /// What was drawn and not given back.
    pub(crate) async fn held(&self) -> i64 {
        self.book.held_minor(usd()).await.unwrap()
    }

    /// The name of a movement that is paid.
    pub(crate) async fn paid(&self, id: &str, token: &str) -> String {
        match self.collect(&collection(id, token)).await {
            Ok(Outcome::Paid { reference }) => reference,
            other => panic!("{}: {other:?}", self.name),
        }
    }
}

fn open(dir: &TempDir) -> Simulated {
    let storage: Arc<dyn Storage> = Arc::new(Os);
    Simulated::open(&storage, &dir.path().join("processor")).unwrap()
}

pub(crate) fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

/// 49.99 of a token.
pub(crate) fn collection(id: &str, token: &str) -> Collection {
    Collection {
        id: id.to_owned(),
        token: token.to_owned(),
        amount_minor: 4_999,
        currency: usd(),
        reference: "invoice_7".to_owned(),
    }
}

pub(crate) fn refund(id: &str, reference: &str, amount_minor: i64) -> Refund {
    Refund { id: id.to_owned(), reference: reference.to_owned(), amount_minor, currency: usd() }
}
