//! What a service writes to have a read model: pure functions from an event to rows and intents.

use event_store::Recorded;

use crate::fault::Fault;
use crate::intents::Intents;
use crate::rows::Rows;

/// The views and policies of one service over one biller's log.
///
/// It is pure: the same event over the same rows gives the same rows and the same intents, for
/// ever. It reads no clock, draws no random number and calls nobody.
pub trait ReadModel: Send + Sync + 'static {
    /// The service, for example `billing`. Part of the ids of its intents: never change it.
    fn name(&self) -> &'static str;

    /// Raised whenever the rows of old events would come out differently: it starts a rebuild.
    fn version(&self) -> u32;

    /// Changes the rows as the event demands, and then says what should happen because of it,
    /// decided over the rows as they are after it. A fault stops this read model before the event.
    ///
    /// A rebuild asks for every event again. What was done is recognised by its record in the log,
    /// so a policy that is added to a service with a history answers that history too: where this
    /// is not wanted, the policy looks at the event's time.
    fn apply(
        &self,
        event: &Recorded,
        rows: &mut Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault>;
}
