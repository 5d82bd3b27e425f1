//! Login, registration and the own account.

wording! {}
