//! A real log, a real bus and real sled directories; the library under test is one of books.

mod directories;
mod faults;
mod library;
mod over_nats;
mod policies;
mod rebuilds;
mod rows;
mod schedules;
mod sheets;
mod torn;
mod underway;
mod watched;
mod world;
