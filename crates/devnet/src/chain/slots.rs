//! When blocks are due and who makes them.
