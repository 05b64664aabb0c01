import type { BoltDatabase } from '../../bolt/database';
import type { Build } from '../../model/inventory';
import type { NoteList } from './noteList';
import { ProtobufError, protobufFields } from './protobuf';
import type { ReadContext } from './readContext';

/** The newest version of the history database that is known. */
const newestVersion = 2;

/** Longest error of a build that is kept, in characters: errors can carry whole logs. */
const longestError = 4096;

/** Reads the build history, `history.db` or a Docker engine's `history_c8d.db`: `_records` has one protobuf message for each completed build. */
export async function readBuilds(
  database: BoltDatabase,
  context: ReadContext,
  notes: NoteList,
): Promise<Build[]> {
  const file = context.relative(database.path);
  const version = Number(database.root.bucket('_version')?.get('version')?.toString() ?? newestVersion);
  if (version > newestVersion) {
    notes.add({
      severity: 'warning',
      file,
      message: `${file} has version ${version} of the build history; up to ${newestVersion} is known here, so something may be missing.`,
    });
  }
  const builds: Build[] = [];
  const cursor = database.root.bucket('_records')?.cursor();
  while (cursor?.next()) {
    if (!cursor.isBucket) {
      const ref = cursor.keyText();
      try {
        builds.push(readBuild(ref, cursor.value()));
      } catch (error) {
        if (!(error instanceof ProtobufError)) {
          throw error;
        }
        notes.addOneOfMany('builds that cannot be read', {
          severity: 'warning',
          file,
          message: `The entry of build ${ref} is damaged (${error.message}); it is left out.`,
        });
      }
    }
    if (context.pacer.due) {
      await context.pacer.pause();
    }
  }
  return builds;
}

type BuildDraft = { -readonly [Field in keyof Build]: Build[Field] };

/** The few fields of a BuildHistoryRecord that are shown. A number that is 0 is not stored in proto3. */
function readBuild(ref: string, message: Uint8Array): Build {
  const build: BuildDraft = { ref, frontend: '', pinned: false };
  for (const field of protobufFields(message)) {
    if (field.kind === 'bytes') {
      switch (field.number) {
        case 2:
          build.frontend = utf8(field.value);
          break;
        case 5:
          build.error = statusMessage(field.value);
          break;
        case 6:
          build.createdAt = timestamp(field.value);
          break;
        case 7:
          build.completedAt = timestamp(field.value);
          break;
      }
    } else if (field.kind === 'varint') {
      switch (field.number) {
        case 14:
          build.pinned = field.value !== 0n;
          break;
        case 15:
          build.cachedSteps = Number(field.value);
          break;
        case 16:
          build.steps = Number(field.value);
          break;
        case 17:
          build.completedSteps = Number(field.value);
          break;
      }
    }
  }
  return build;
}

/** The text of a google.rpc.Status. */
function statusMessage(message: Uint8Array): string {
  let text = '';
  for (const field of protobufFields(message)) {
    if (field.number === 2 && field.kind === 'bytes') {
      text = utf8(field.value);
    }
  }
  return text.length > longestError ? `${text.slice(0, longestError)}…` : text;
}

/** A protobuf Timestamp as whole milliseconds since the epoch. */
function timestamp(message: Uint8Array): number {
  let seconds = 0n;
  let nanos = 0n;
  for (const field of protobufFields(message)) {
    if (field.kind === 'varint' && field.number === 1) {
      seconds = BigInt.asIntN(64, field.value);
    } else if (field.kind === 'varint' && field.number === 2) {
      nanos = BigInt.asIntN(32, field.value);
    }
  }
  return Number(seconds) * 1000 + Math.floor(Number(nanos) / 1_000_000);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
