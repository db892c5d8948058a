//! Series of numbers between protobuf and the domain.

use domain::series::SeriesEvent;

use crate::{
    Invalid,
    invalid::required,
    pb::series::v1::{self as pb, series_event::Fact},
};

pub(crate) fn encode(event: &SeriesEvent) -> pb::SeriesEvent {
    let SeriesEvent::NumberTaken { number } = *event;
    pb::SeriesEvent { fact: Some(Fact::NumberTaken(pb::SeriesNumberTaken { number })) }
}

pub(crate) fn decode(message: pb::SeriesEvent) -> Result<SeriesEvent, Invalid> {
    let Fact::NumberTaken(fact) = required("fact", message.fact)?;
    Ok(SeriesEvent::NumberTaken { number: fact.number })
}
