//! The store itself judges who writes: each node has a role of its own, and what one writes about a host, or publishes, while the lease
//! for that is not its own is noted. Looked at as each transaction ends, so that what was taken back is no fault.

use super::support::postgres::Server;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// Notes each row that was written without a lease that was held when its transaction began, and counts those with one.
const JUDGES: &str = r"
    CREATE SEQUENCE judged_polls; CREATE SEQUENCE judged_checks; CREATE SEQUENCE judged_files;
    CREATE TABLE stale (what TEXT, writer TEXT, lease TEXT, holder TEXT, ended_ms BIGINT);
    CREATE FUNCTION judge() RETURNS TRIGGER LANGUAGE plpgsql AS $$
    DECLARE
        wanted TEXT := 'publisher';
        lease leases%ROWTYPE;
        began BIGINT := extract(epoch FROM now()) * 1000;
        row JSONB := to_jsonb(NEW);
    BEGIN
        IF session_user NOT LIKE 'node%' THEN RETURN NULL; END IF;
        IF TG_TABLE_NAME = 'polls' THEN
            SELECT 'host:h' || substr(name, 6) || '.example' INTO wanted FROM inputs WHERE id = CAST(row ->> 'input_id' AS BIGINT);
        ELSIF TG_TABLE_NAME = 'checks' THEN
            SELECT 'host:' || host INTO wanted FROM links WHERE key = row ->> 'link_key';
        END IF;
        PERFORM nextval('judged_' || TG_TABLE_NAME);
        SELECT * INTO lease FROM leases WHERE name = wanted;
        IF lease.node IS DISTINCT FROM replace(session_user, '_', '-') OR lease.until <= began THEN
            INSERT INTO stale VALUES (TG_TABLE_NAME, session_user, wanted, lease.node, began - lease.until);
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER judge AFTER INSERT OR UPDATE ON polls
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION judge();
    CREATE CONSTRAINT TRIGGER judge AFTER INSERT ON checks
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION judge();
    CREATE CONSTRAINT TRIGGER judge AFTER INSERT OR UPDATE ON files
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION judge();
";

/// Makes a role of the name of a node, whose work in the store is everybody's.
pub(crate) fn admit(server: &Server, role: &str) {
    server.admin(&format!("CREATE ROLE {role} LOGIN IN ROLE feeds; ALTER ROLE {role} SET role = 'feeds'"));
}

/// Begins to judge.
pub(crate) fn begin(server: &Server, schema: &str) {
    server.run("feeds", "feeds", &format!("SET search_path TO {schema}; {JUDGES}"));
}

/// Rows of a statement of one column of text.
pub(crate) fn rows(server: &Server, schema: &str, sql: &str) -> Vec<String> {
    let options = PgConnectOptions::new().host("127.0.0.1").port(server.port()).username("feeds").database("feeds");
    let options = options.options([("search_path", schema)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = options.connect().await.unwrap();
        let rows = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows
    })
}

/// How many rows were judged.
pub(crate) fn judged(server: &Server, schema: &str) -> Vec<String> {
    let count = |what: &str| format!("SELECT format('%s {what}', last_value) FROM judged_{what}");
    rows(server, schema, &["polls", "checks", "files"].map(count).join(" UNION ALL "))
}

/// Nobody wrote what was not his to write.
pub(crate) fn assert_nothing_stale(server: &Server, schema: &str) {
    let stale = rows(
        server,
        schema,
        "SELECT format('%s by %s: the lease %s is %s''s, or ended %s ms before', what, writer, lease, holder, ended_ms)
         FROM stale ORDER BY what LIMIT 10",
    );
    assert!(stale.is_empty(), "stale writes: {stale:#?}");
}
