import { resolve } from 'node:path';
import { replayFolder } from './runReplay';

const [folder, ...others] = process.argv.slice(2);
if (folder === undefined || others.length > 0) {
  process.stderr.write('usage: npm run -s replay -- FOLDER\n');
  process.exitCode = 2;
} else {
  replayFolder(resolve(folder), (line) => process.stdout.write(`${line}\n`)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 2;
    },
  );
}
