//! Each kind of fault, planted alone, is found and named, and books that commands made prove clean.

mod faults;
mod model;
mod processor;
mod random;
