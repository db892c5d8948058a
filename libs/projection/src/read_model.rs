//! What a service writes to have a read model: pure functions from an event to rows and intents.

use event_store::Recorded;

use crate::fault::Fault;
use crate::intents::Intents;
use crate::rows::Rows;

/// The views and policies of one service over one biller's log.
///
/// Both functions are pure: the same event over the same rows gives the same rows and the same
/// intents, for ever. They read no clock, draw no random number and call nobody.
pub trait ReadModel: Send + Sync + 'static {
    /// The service, for example `billing`. Part of the ids of its intents: never change it.
    fn name(&self) -> &'static str;

    /// Raised whenever the rows of old events would come out differently: it starts a rebuild.
    fn version(&self) -> u32;

    /// Changes the rows as the event demands. A fault stops this read model before the event.
    fn apply(&self, event: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault>;

    /// What should happen because of the event, decided over the rows as they are after it.
    ///
    /// A rebuild asks for every event again. What was done is recognised by its record in the log,
    /// so a policy that is added to a service with a history answers that history too: where this
    /// is not wanted, the policy looks at the event's time.
    fn react(
        &self,
        event: &Recorded,
        rows: &Rows<'_>,
        intents: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let (_, _, _) = (event, rows, intents);
        Ok(())
    }
}
