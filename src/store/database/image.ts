import { StoreError } from '../storeError';
import { migrations } from './schema';
import { Sqlite, type SqliteModule } from './sqlite';
import { numberOf } from './sqlValue';

/** Which checkpoint a database came from, and the last transaction that is in it. */
export interface CheckpointMark {
  readonly generation: number;
  readonly sequence: number;
}

/** Opens a checkpoint as it was written, or an empty database where there is none yet. */
export function openImage(module: SqliteModule, bytes: Uint8Array | undefined, path: string): Sqlite {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = new Sqlite(module, bytes);
    const version = schemaVersion(sqlite);
    if (bytes !== undefined && version === 0) throw new Error('It holds no schema');
    if (version > migrations.length) {
      throw new StoreError('newerVersion', `${path} was written by a newer version (schema ${version})`);
    }
    return sqlite;
  } catch (error) {
    sqlite?.close();
    if (error instanceof StoreError) throw error;
    throw new StoreError('corrupt', `${path} is not a sound database`, { cause: error });
  }
}

/**
 * Takes the steps that are missing, all or none; whether there were any.
 * @param steps the schema's history, as in `migrations`
 */
export function migrate(sqlite: Sqlite, steps: readonly string[] = migrations): boolean {
  const version = schemaVersion(sqlite);
  if (version === steps.length) return false;
  sqlite.execute('BEGIN');
  try {
    for (const step of steps.slice(version)) sqlite.execute(step);
    sqlite.execute(`PRAGMA user_version = ${steps.length}`);
  } catch (error) {
    sqlite.execute('ROLLBACK');
    throw error;
  }
  sqlite.execute('COMMIT');
  return true;
}

export function readMark(sqlite: Sqlite): CheckpointMark {
  if (schemaVersion(sqlite) === 0) return { generation: 0, sequence: 0 };
  const row = sqlite.get('SELECT generation, sequence FROM checkpoint', []);
  if (row === undefined) throw new StoreError('corrupt', 'The database does not say which checkpoint it is');
  return { generation: numberOf(row[0]), sequence: numberOf(row[1]) };
}

export function writeMark(sqlite: Sqlite, mark: CheckpointMark): void {
  sqlite.run('UPDATE checkpoint SET generation = ?, sequence = ?', [mark.generation, mark.sequence]);
}

function schemaVersion(sqlite: Sqlite): number {
  return numberOf(sqlite.get('PRAGMA user_version', [])?.[0] ?? 0);
}
