//! (server functions of this feature)
