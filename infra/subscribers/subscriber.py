#!/usr/bin/env python3
"""A subscriber in Python: typed events from a durable consumer, each once and in order.

    pip install nats-py grpcio-tools
    python3 infra/subscribers/subscriber.py --nats nats://127.0.0.1:4222 --biller northeast

Prints one JSON line per event. The messages are compiled from the proto files at the start, so
there is nothing to keep in step. Start it again with the same --durable and it goes on where it
stopped. Delivery is at least once: a position that is not beyond the last one is left out.
"""

import argparse
import asyncio
import importlib
import json
import pathlib
import sys
import tempfile

import nats
from google.protobuf.json_format import MessageToDict
from grpc_tools import protoc
from nats.errors import TimeoutError as NothingYet
from nats.js.api import ConsumerConfig

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def compile_messages(folder):
    """Compiles the contract and returns the event message of each noun."""
    files = sorted(str(path) for path in (PROTO / "demarc").glob("*.proto"))
    if protoc.main(["protoc", f"-I{PROTO}", f"--python_out={folder}", *files]) != 0:
        sys.exit("the proto files do not compile")
    sys.path.insert(0, folder)
    events = {}
    for path in files:
        noun = pathlib.Path(path).stem
        module = importlib.import_module(f"demarc.{noun}_pb2")
        message = getattr(module, f"{noun.capitalize()}Event", None)
        if message is not None:
            events[noun] = message
    return events


async def follow(options, events):
    """Prints events until the limit, or for ever."""
    client = await nats.connect(options.nats)
    subscription = await client.jetstream().pull_subscribe(
        f"demarc.{options.biller}.event.>",
        durable=options.durable,
        stream=f"EVENTS_{options.biller}",
        # One at a time without acknowledgement keeps the order, whatever is redelivered.
        config=ConsumerConfig(max_ack_pending=1),
    )
    last = seen = 0
    while options.limit == 0 or seen < options.limit:
        try:
            [message] = await subscription.fetch(1, timeout=5)
        except NothingYet:
            continue
        position = int(message.headers["ce-sequence"])
        if position > last:
            noun = message.subject.split(".")[3]
            event = events[noun].FromString(message.data)
            line = {
                "position": position,
                "id": message.headers["ce-id"],
                "type": message.headers["ce-type"],
                "stream": message.headers["ce-subject"],
                "version": int(message.headers["ce-streamversion"]),
                "fact": event.WhichOneof("fact"),
                "event": MessageToDict(event),
            }
            print(json.dumps(line), flush=True)
            last = position
            seen += 1
        # Confirmed, so that a restart does not see the event again.
        await message.ack_sync()
    await client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nats", default="nats://127.0.0.1:4222", help="the NATS server")
    parser.add_argument("--biller", default="northeast", help="whose events")
    parser.add_argument("--durable", default="subscriber-example", help="name of the consumer")
    parser.add_argument("--limit", type=int, default=0, help="stop after so many events")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(follow(options, compile_messages(folder)))


if __name__ == "__main__":
    main()
