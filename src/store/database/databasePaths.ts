import { join } from 'node:path';

export interface DatabasePaths {
  readonly folder: string;
  readonly checkpoint: string;
  readonly journal: string;
}

export function databasePaths(folder: string): DatabasePaths {
  return {
    folder,
    checkpoint: join(folder, 'metadata.sqlite'),
    journal: join(folder, 'metadata.journal'),
  };
}
