//! HTML that needs no escaping.

use minijinja::Value;
use serde::{Serialize, Serializer};

/// HTML that was sanitised: templates do not escape it.
#[derive(Default)]
pub(super) struct SafeHtml(pub(super) String);

impl Serialize for SafeHtml {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_safe_string(self.0.clone()).serialize(serializer)
    }
}
