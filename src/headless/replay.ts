import { resolve } from 'node:path';
import { replayFolder } from './runReplay';

const folders = process.argv.slice(2);
if (folders.length !== 1) {
  process.stderr.write('usage: npm run -s replay -- FOLDER\n');
  process.exitCode = 2;
} else {
  replayFolder(resolve(folders[0]), (line) => process.stdout.write(`${line}\n`)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 2;
    },
  );
}
