//! Pictures of files, made in a process of its own.
