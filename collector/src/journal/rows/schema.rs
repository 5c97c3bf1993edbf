/// Format of the file. Rows of another format are made again from the log: raise it with every change of a table or a body.
pub(super) const VERSION: i64 = 4;

/// `pos` is the place on the log that the row's id names; `seq` is the record with which the row last changed; `live` is 0 for what
/// only history keeps.
pub(super) const SCHEMA: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE item_0 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_1 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_2 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_3 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_4 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_5 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_6 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_7 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_8 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_9 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_10 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE item_11 (slot INTEGER PRIMARY KEY, body BLOB NOT NULL);

CREATE TABLE alarm (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    severity INTEGER NOT NULL, cleared INTEGER NOT NULL, acked INTEGER NOT NULL, shelved INTEGER NOT NULL, suppressed INTEGER NOT NULL,
    source INTEGER NOT NULL, count INTEGER NOT NULL, entity INTEGER NOT NULL, device INTEGER, incident INTEGER, alarm_type TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX alarm_seq ON alarm(seq);
CREATE INDEX alarm_entity ON alarm(entity);
CREATE INDEX alarm_device ON alarm(device) WHERE device IS NOT NULL;
CREATE INDEX alarm_incident ON alarm(incident) WHERE incident IS NOT NULL;

CREATE TABLE incident (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    severity INTEGER NOT NULL, status INTEGER NOT NULL, owner TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX incident_seq ON incident(seq);
CREATE INDEX incident_status ON incident(status);

CREATE TABLE entity (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, external_id TEXT NOT NULL, name TEXT NOT NULL,
    type TEXT NOT NULL, placed INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX entity_seq ON entity(seq);
CREATE INDEX entity_external_id ON entity(external_id);
CREATE INDEX entity_name ON entity(name);
CREATE INDEX entity_type ON entity(type);

CREATE TABLE relation (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX relation_seq ON relation(seq);
CREATE INDEX relation_source ON relation(source);
CREATE INDEX relation_target ON relation(target);

CREATE TABLE source (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX source_seq ON source(seq);

CREATE TABLE sla (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX sla_seq ON sla(seq);

CREATE TABLE change (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX change_seq ON change(seq);

CREATE TABLE guard (
    pos INTEGER PRIMARY KEY, id BLOB NOT NULL, seq INTEGER NOT NULL, live INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX guard_seq ON guard(seq);

CREATE TABLE gone (seq INTEGER NOT NULL, kind INTEGER NOT NULL, pos INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (seq, kind, pos)) WITHOUT ROWID;

CREATE TABLE letter (
    pos INTEGER PRIMARY KEY, at INTEGER NOT NULL, source INTEGER NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, event BLOB NOT NULL,
    redrive INTEGER NOT NULL, redriven_at INTEGER
);
CREATE INDEX letter_redrive ON letter(redrive) WHERE redriven_at IS NULL;

CREATE TABLE touch (kind INTEGER NOT NULL, pos INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (kind, pos, seq)) WITHOUT ROWID;
CREATE INDEX touch_seq ON touch(seq);
";
