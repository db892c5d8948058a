//! The same over a real nats-server, which may lose everything it holds.

use bus::Bus;
use bus::nats_server::NatsServer;

use super::world::{World, dump, fold, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_model_follows_and_answers_over_nats() {
    let mut server = NatsServer::start().await.unwrap();
    let world = World::on(Bus::nats(&server.url(), "library").await.unwrap()).await;
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "ask", "anna"), ("book-2", "mail", "bert")]);
    until(&handle, |status| status.checkpoint == 4 && status.pending_intents == 0).await;

    server.kill().await.unwrap();
    world.log.append(&[("book-3", "ask", "cleo")]);
    server.start_again_wiped().await.unwrap();

    until(&handle, |status| {
        world.advance(100_000);
        status.checkpoint == 6 && status.pending_intents == 0
    })
    .await;
    assert_eq!(dump(&handle), fold(&world));
    assert_eq!(world.core.asked.lock().unwrap().len(), 3);
    assert_eq!(world.post.sent.lock().unwrap().len(), 1);
    handle.shutdown().await;
}
