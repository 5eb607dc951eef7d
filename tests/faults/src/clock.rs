//! The clock that instances go by, moved from outside by libfaketime: no program that ships knows.

use std::{fs, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock for instances and for the test beside them. Timeouts go by the monotonic clock, which is real everywhere.
#[derive(Debug)]
pub struct Clock {
    file: PathBuf,
    library: PathBuf,
    offset: std::sync::Mutex<TimeDelta>,
}

impl Clock {
    /// A clock at real time.
    ///
    /// # Panics
    /// libfaketime is not installed (Debian: `apt-get install libfaketime`).
    pub fn new(name: &str) -> Self {
        let multiarch = fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
        let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
        let files = folders.into_iter().chain(multiarch).map(|f| f.join("faketime/libfaketimeMT.so.1"));
        let library = { files }.find(|file| file.is_file()).expect("libfaketime is installed");
        let folder = crate::binaries::target().join("faults/logs");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("clock-{name}-{}", std::process::id()));
        let clock = Self { file, library, offset: std::sync::Mutex::new(TimeDelta::zero()) };
        clock.advance(TimeDelta::zero());
        clock
    }

    /// Lets time pass for every instance that goes by this clock, at once.
    pub fn advance(&self, time: TimeDelta) {
        let mut offset = self.offset.lock().unwrap();
        *offset += time;
        let aside = self.file.with_extension("new");
        fs::write(&aside, format!("{:+}\n", offset.num_seconds())).unwrap();
        fs::rename(aside, &self.file).unwrap();
    }

    /// How far it is ahead of real time.
    pub fn ahead(&self) -> TimeDelta {
        *self.offset.lock().unwrap()
    }

    /// What time it is by this clock.
    pub fn now(&self) -> DateTime<Utc> {
        paywell_app::clock::now() + self.ahead()
    }

    /// What makes a process go by this clock.
    pub(crate) fn environment(&self) -> [(&'static str, String); 5] {
        let on = || "1".to_owned();
        [
            ("LD_PRELOAD", self.library.to_string_lossy().into_owned()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.to_string_lossy().into_owned()),
            ("FAKETIME_NO_CACHE", on()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", on()),
            ("NO_FAKE_STAT", on()),
        ]
    }

    /// Removes the memory that the library of an ended process left behind.
    pub(crate) fn remove_left_by(process: u32) {
        let _ = fs::remove_file(format!("/dev/shm/sem.faketime_sem_{process}"));
        let _ = fs::remove_file(format!("/dev/shm/faketime_shm_{process}"));
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}
