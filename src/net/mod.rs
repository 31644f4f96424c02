//! The only door to the network: a guarded, polite, bounded HTTP client. Judges nothing, stores nothing.
