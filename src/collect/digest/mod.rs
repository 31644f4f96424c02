//! Reads Markdown posts into editions. Pure: bytes in, an edition and complaints out; opens no file.
