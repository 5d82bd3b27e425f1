//! What a file is, whether it is whole, and what it says of itself.
