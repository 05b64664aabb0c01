/**
 * The steps that lead from an empty database to the present schema, in order. A store remembers how many it has taken; a
 * step, once released, never changes.
 *
 * Keys are text as BuildKit and containerd know them. Leases and snapshots bear a number as well: leases so that what
 * belongs to them is short, snapshots because their directories are named by it. Times are epoch milliseconds, what lies below
 * beside them in nanoseconds.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE checkpoint (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL
  ) STRICT;
  INSERT INTO checkpoint VALUES (1, 0, 0);

  CREATE TABLE namespace (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  INSERT INTO namespace VALUES (1, 'buildkit');

  CREATE TABLE record (
    id TEXT PRIMARY KEY,
    size INTEGER,
    committed INTEGER CHECK (committed IN (0, 1)),
    equal_mutable TEXT,
    cache_policy INTEGER,
    description TEXT,
    created_at INTEGER,
    created_at_nanos INTEGER,
    last_used_at INTEGER,
    last_used_at_nanos INTEGER,
    usage_count INTEGER,
    layer_type TEXT,
    record_type TEXT,
    parent TEXT,
    lower_diff_parent TEXT,
    upper_diff_parent TEXT,
    diff_id TEXT,
    chain_id TEXT,
    blob_chain_id TEXT,
    blob TEXT,
    snapshot TEXT,
    blob_only INTEGER CHECK (blob_only IN (0, 1)),
    media_type TEXT,
    blob_size INTEGER,
    deleted INTEGER CHECK (deleted IN (0, 1)),
    shared_key TEXT,
    cache_dir TEXT,
    git_remote TEXT,
    git_snapshot TEXT,
    http_checksum TEXT,
    etag TEXT,
    http_modified TEXT,
    blob_mapping_sum TEXT,
    blob_mapping_diff_id TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE record_merge_parent (
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    parent TEXT NOT NULL,
    PRIMARY KEY (record, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE record_image_ref (
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (record, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE record_url (
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (record, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE record_other (
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (record, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE record_index (
    key TEXT NOT NULL,
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    PRIMARY KEY (key, record, field)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX record_index_by_record ON record_index (record, field);

  CREATE TABLE record_external (
    record TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (record, key)
  ) STRICT;

  CREATE TABLE lease (
    number INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL REFERENCES namespace (number),
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_at_nanos INTEGER NOT NULL,
    UNIQUE (namespace, id)
  ) STRICT;

  CREATE TABLE lease_label (
    lease INTEGER NOT NULL REFERENCES lease (number) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (lease, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE lease_resource (
    lease INTEGER NOT NULL REFERENCES lease (number) ON DELETE CASCADE,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (lease, type, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lease_resource_by_id ON lease_resource (id, type, lease);

  CREATE TABLE content (
    namespace INTEGER NOT NULL REFERENCES namespace (number),
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_at_nanos INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_at_nanos INTEGER NOT NULL,
    trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    PRIMARY KEY (namespace, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX content_by_digest ON content (digest);

  CREATE TABLE content_label (
    namespace INTEGER NOT NULL,
    digest TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (namespace, digest, key),
    FOREIGN KEY (namespace, digest) REFERENCES content (namespace, digest) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ingest (
    namespace INTEGER NOT NULL REFERENCES namespace (number),
    ref TEXT NOT NULL,
    expected TEXT,
    expires_at INTEGER,
    PRIMARY KEY (namespace, ref)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE snapshot (
    number INTEGER PRIMARY KEY,
    namespace INTEGER NOT NULL REFERENCES namespace (number),
    key TEXT NOT NULL,
    parent INTEGER REFERENCES snapshot (number),
    kind TEXT NOT NULL CHECK (kind IN ('view', 'active', 'committed')),
    created_at INTEGER NOT NULL,
    created_at_nanos INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_at_nanos INTEGER NOT NULL,
    size INTEGER,
    inodes INTEGER,
    UNIQUE (namespace, key)
  ) STRICT;
  CREATE INDEX snapshot_by_parent ON snapshot (parent) WHERE parent IS NOT NULL;

  CREATE TABLE snapshot_label (
    snapshot INTEGER NOT NULL REFERENCES snapshot (number) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (snapshot, key)
  ) STRICT, WITHOUT ROWID;
  `,
];
