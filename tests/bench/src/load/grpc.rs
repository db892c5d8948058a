//! UmaDB over gRPC: an append on the condition that no event has the account's tag.
//!
//! The messages are the few of `umadb.v1` that are needed, with its field numbers.

use std::net::SocketAddr;

use prost::Message;
use tonic::{
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

use crate::{commands::mix, facts::account_id};

const PAYLOAD: [u8; 300] = [b'x'; 300];

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(string, tag = "1")]
    event_type: String,
    #[prost(string, repeated, tag = "2")]
    tags: Vec<String>,
    #[prost(bytes = "vec", tag = "3")]
    data: Vec<u8>,
    #[prost(string, tag = "4")]
    uuid: String,
}

#[derive(Clone, PartialEq, Message)]
struct QueryItem {
    #[prost(string, repeated, tag = "1")]
    types: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    tags: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Query {
    #[prost(message, repeated, tag = "1")]
    items: Vec<QueryItem>,
}

#[derive(Clone, PartialEq, Message)]
struct AppendCondition {
    #[prost(message, optional, tag = "1")]
    fail_if_events_match: Option<Query>,
    #[prost(uint64, optional, tag = "2")]
    after: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct AppendRequest {
    #[prost(message, repeated, tag = "1")]
    events: Vec<Event>,
    #[prost(message, optional, tag = "2")]
    condition: Option<AppendCondition>,
}

#[derive(Clone, PartialEq, Message)]
struct AppendResponse {
    #[prost(uint64, tag = "1")]
    position: u64,
}

#[derive(Clone, PartialEq, Message)]
struct HeadRequest {}

#[derive(Clone, PartialEq, Message)]
struct HeadResponse {
    #[prost(uint64, optional, tag = "1")]
    position: Option<u64>,
}

/// One client; its clones share its connection.
#[derive(Clone)]
pub(super) struct Client(Grpc<Channel>);

async fn channel(address: SocketAddr) -> anyhow::Result<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true);
    Ok(endpoint.connect().await?)
}

/// The position of the last event; none without any.
pub(crate) async fn head(address: SocketAddr) -> anyhow::Result<u64> {
    let mut client = Grpc::new(channel(address).await?);
    client.ready().await?;
    let path = PathAndQuery::from_static("/umadb.v1.DCB/Head");
    let codec: ProstCodec<HeadRequest, HeadResponse> = ProstCodec::default();
    let answer = client.unary(tonic::Request::new(HeadRequest {}), path, codec).await?;
    Ok(answer.into_inner().position.unwrap_or_default())
}

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self(Grpc::new(channel(address).await?)))
    }

    pub(super) async fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let tags = vec![account_id(number)];
        let (high, low) = (mix(number), mix(number + (1 << 40)));
        let event = Event {
            event_type: "AccountOpened".to_owned(),
            tags: tags.clone(),
            data: PAYLOAD.to_vec(),
            uuid: format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                high >> 32,
                high >> 16 & 0xffff,
                high & 0xfff,
                low >> 52,
                low & 0xffff_ffff_ffff
            ),
        };
        let query = Query { items: vec![QueryItem { types: Vec::new(), tags }] };
        let condition = AppendCondition { fail_if_events_match: Some(query), after: None };
        let request = AppendRequest { events: vec![event], condition: Some(condition) };
        self.0.ready().await?;
        let path = PathAndQuery::from_static("/umadb.v1.DCB/Append");
        let codec: ProstCodec<AppendRequest, AppendResponse> = ProstCodec::default();
        self.0.unary(tonic::Request::new(request), path, codec).await?;
        Ok(())
    }
}
