//! Composes feeds and pages from what is stored, renders them and writes the published directory. Reads no store.
