//! An open file of a simulated disk.

use std::io;
use std::sync::MutexGuard;

use super::content::Content;
use super::faults::{self, Act, Fault};
use super::names::Node;
use super::{Disk, Simulated};
use crate::File;

/// An open file.
#[derive(Debug)]
pub(super) struct SimulatedFile {
    pub(super) machine: Simulated,
    pub(super) node: Node,
    pub(super) life: u64,
    pub(super) writable: bool,
}

impl SimulatedFile {
    fn disk(&self) -> io::Result<MutexGuard<'_, Disk>> {
        let disk = self.machine.disk();
        if disk.life == self.life { Ok(disk) } else { Err(faults::off()) }
    }

    fn sync(&self) -> io::Result<()> {
        let mut disk = self.disk()?;
        let admitted = disk.admit(Act::Sync);
        let Disk { files, chance, .. } = &mut *disk;
        let content = files.get_mut(&self.node).expect("an open file is kept until a crash");
        match admitted {
            Ok(()) => content.sync(),
            Err(Fault::Sync) => content.fail_to_sync(chance),
            Err(_) => {}
        }
        admitted.map_err(Fault::error)
    }
}

impl Disk {
    fn content(&mut self, node: Node) -> &mut Content {
        self.files.get_mut(&node).expect("an open file is kept until a crash")
    }
}

impl File for SimulatedFile {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut disk = self.disk()?;
        disk.admit(Act::Read).map_err(Fault::error)?;
        if bytes.is_empty() {
            return Ok(());
        }
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let end = offset.saturating_add(bytes.len());
        let found = disk.content(self.node).seen().get(offset..end);
        bytes.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if !self.writable {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut disk = self.disk()?;
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let (mut count, mut failed) = match disk.admit(Act::Change) {
            Ok(()) => (bytes.len(), None),
            Err(fault @ Fault::Power) => (bytes.len(), Some(fault)),
            Err(fault @ Fault::Write) => (bytes.len() / 2, Some(fault)),
            Err(fault) => (0, Some(fault)),
        };
        let fits = disk.content(self.node).seen().len().saturating_sub(offset);
        if count > fits {
            let room = fits + disk.faults.room(count - fits);
            if room < count {
                (count, failed) = (room, failed.or(Some(Fault::Full)));
            }
        }
        disk.content(self.node).write(offset, &bytes[..count]);
        failed.map_or(Ok(()), |fault| Err(fault.error()))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync()
    }

    fn length(&self) -> io::Result<u64> {
        let mut disk = self.disk()?;
        disk.admit(Act::Read).map_err(Fault::error)?;
        Ok(disk.content(self.node).seen().len() as u64)
    }
}
