//! Logs: one line per event on stderr, for people, for systemd's journal or as JSON. What an event says of the outside
//! (titles, URLs, answers) never breaks its line or commands a terminal.

use super::OneLine;
use serde_json::{Map, Value};
use std::fmt;
use std::io::IsTerminal;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// [`LogFormat::Journal`] where stderr goes to the journal, else [`LogFormat::Text`].
    #[default]
    Auto,
    /// Time, level, message, fields; in colour on a terminal.
    Text,
    /// The priority in the form of sd-daemon(3), message, fields. The journal has the time itself.
    Journal,
    /// An object a line.
    Json,
}

/// What is logged and how.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// Directives as `tracing` takes them; unreadable ones count as `warn`, which is said.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
    /// `JOURNAL_STREAM`: device and inode of the stream that systemd connected to the journal.
    pub journal_stream: Option<String>,
    /// Whether a terminal may show colours.
    pub colours: bool,
}

/// Starts logging to stderr. A second start (in tests) leaves the first one.
pub fn start_logging(options: &LogOptions) {
    let filter = EnvFilter::try_new(&options.filter);
    let unreadable = filter.as_ref().err().map(ToString::to_string);
    let format = match options.format {
        LogFormat::Auto if is_journal(options.journal_stream.as_deref()) => LogFormat::Journal,
        LogFormat::Auto => LogFormat::Text,
        chosen => chosen,
    };
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_ansi(options.colours && format == LogFormat::Text && std::io::stderr().is_terminal())
        .event_format(Lines { format })
        .with_writer(std::io::stderr)
        .try_init();
    if let (Ok(()), Some(why)) = (started, unreadable) {
        tracing::warn!(filter = options.filter, why, "WELLSOURCED_LOG cannot be read, warnings are logged");
    }
}

/// Whether stderr is the stream that `JOURNAL_STREAM` names; the variable alone is inherited by whoever redirects stderr.
pub fn is_journal(journal_stream: Option<&str>) -> bool {
    let named = journal_stream.and_then(|named| {
        let (device, inode) = named.split_once(':')?;
        Some((device.parse::<u64>().ok()?, inode.parse::<u64>().ok()?))
    });
    let Some(named) = named else { return false };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stream| (stream.st_dev, stream.st_ino) == named)
}

/// Writes an event as one line.
#[derive(Debug)]
struct Lines {
    format: LogFormat,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut told = LoggedEvent::default();
        event.record(&mut told);
        let level = *event.metadata().level();
        // Other people's events say whose they are.
        let target = told.target.take().unwrap_or_else(|| event.metadata().target().to_owned());
        let foreign = (target.split("::").next() != Some("wellsourced")).then_some(target.as_str());
        match self.format {
            LogFormat::Json => writeln!(writer, "{}", json(level, &target, told)),
            LogFormat::Journal => {
                write!(writer, "<{}>", priority(level))?;
                write_text(&mut writer, foreign, &told)
            }
            LogFormat::Auto | LogFormat::Text => {
                SystemTime.format_time(&mut writer)?;
                write_level(&mut writer, level)?;
                write_text(&mut writer, foreign, &told)
            }
        }
    }
}

/// syslog(3)'s priority of a level.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

fn write_level(writer: &mut Writer<'_>, level: Level) -> fmt::Result {
    let colour = match level {
        Level::ERROR => 31,
        Level::WARN => 33,
        Level::INFO => 32,
        _ => 34,
    };
    if writer.has_ansi_escapes() {
        write!(writer, " \u{1b}[{colour}m{level:>5}\u{1b}[0m ")
    } else {
        write!(writer, " {level:>5} ")
    }
}

fn write_text(writer: &mut Writer<'_>, target: Option<&str>, told: &LoggedEvent) -> fmt::Result {
    if let Some(target) = target {
        write!(writer, "{}: ", OneLine(target))?;
    }
    write!(writer, "{}", OneLine(&told.message))?;
    for (name, value) in &told.fields {
        match value {
            // Quotes tell where a text ends that holds blanks.
            Value::String(text) if text.is_empty() || text.contains([' ', '"', '=']) => {
                write!(writer, " {name}=\"{}\"", OneLine(&text.replace('"', "\\\"")))?;
            }
            Value::String(text) => write!(writer, " {name}={}", OneLine(text))?,
            other => write!(writer, " {name}={other}")?,
        }
    }
    writeln!(writer)
}

fn json(level: Level, target: &str, told: LoggedEvent) -> String {
    let mut time = String::new();
    // Writing to a String cannot fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    let mut line = Map::new();
    line.insert("time".to_owned(), time.into());
    line.insert("level".to_owned(), level.as_str().to_lowercase().into());
    line.insert("target".to_owned(), target.into());
    line.insert("message".to_owned(), told.message.into());
    for (name, value) in told.fields {
        // A field that has the name of ours keeps its value.
        let name = if line.contains_key(name) { format!("{name}_") } else { name.to_owned() };
        line.insert(name, value);
    }
    super::printable(&Value::Object(line).to_string()).into_owned()
}

/// What an event says.
#[derive(Default)]
struct LoggedEvent {
    message: String,
    fields: Vec<(&'static str, Value)>,
    /// Whose event it is, where it came through the `log` crate.
    target: Option<String>,
}

impl LoggedEvent {
    fn tell(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(message)) => self.message = message,
            ("log.target", Value::String(target)) => self.target = Some(target),
            // Where in other people's sources an event was made.
            (name, _) if name.starts_with("log.") => {}
            (name, value) => self.fields.push((name, value)),
        }
    }
}

impl Visit for LoggedEvent {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.tell(field, Value::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.tell(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.tell(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.tell(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.tell(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.tell(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt::MakeWriter;

    const HOSTILE: &str = "x\n<3>forged\r\u{1b}[2J\u{9b}m";

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn logged(format: LogFormat, log: impl FnOnce()) -> String {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .event_format(Lines { format })
            .with_writer(written.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn every_kind() {
        tracing::error!(input = HOSTILE, url = %HOSTILE, debug = ?HOSTILE, "{HOSTILE}");
    }

    #[test]
    fn nothing_from_outside_leaves_its_line() {
        for format in [LogFormat::Text, LogFormat::Journal, LogFormat::Json] {
            let text = logged(format, every_kind);
            assert_eq!(text.matches('\n').count(), 1, "{text:?}");
            assert!(!text.trim_end().contains(char::is_control), "{text:?}");
            assert!(text.contains("forged"), "{text:?}");
        }
    }

    #[test]
    fn the_journal_gets_priorities_and_no_time() {
        let text = logged(LogFormat::Journal, || {
            tracing::error!("a");
            tracing::warn!(input = "Phoronix", status = 503, "not fetched");
            tracing::info!(took = "1.2 s", "cycle done");
            tracing::debug!("d");
            tracing::trace!(target: "other", "e");
        });
        let expected =
            "<3>a\n<4>not fetched input=Phoronix status=503\n<6>cycle done took=\"1.2 s\"\n<7>d\n<7>other: e\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn json_keeps_values() {
        let text = logged(LogFormat::Json, || tracing::info!(items = 3_u64, level = "l", text = HOSTILE, "done"));
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["level"], &line["message"], &line["items"]), (&"info".into(), &"done".into(), &3.into()));
        assert_eq!((&line["level_"], &line["text"]), (&"l".into(), &HOSTILE.into()));
        assert!(
            line["time"].as_str().unwrap().ends_with('Z')
                && line["target"].as_str().unwrap().starts_with("wellsourced")
        );
    }

    #[test]
    fn only_the_stream_named_is_the_journal() {
        let stream = rustix::fs::fstat(io::stderr()).unwrap();
        assert!(is_journal(Some(&format!("{}:{}", stream.st_dev, stream.st_ino))));
        for other in [None, Some(""), Some("1"), Some("x:y"), Some("1:1")] {
            assert!(!is_journal(other), "{other:?}");
        }
    }
}
