/** Options between a shell's name and the one that carries the script: `-o pipefail`, `-eux`, `--login`. */
const posixShell =
  /^(?:\/\S*\/)?(?:ba|da|a|z|k)?sh(?: --?[a-zA-Z-]+(?: (?:pipefail|errexit|nounset|xtrace))?)*? -[a-zA-Z]*c (.+)$/s;
const windowsShell = /^(?:[a-z]:\\\S*\\)?cmd(?:\.exe)? \/s \/c (.+)$/is;
const powershell = /^(?:powershell|pwsh)(?:\.exe)?(?: -(?!command )\S+(?: (?!-)\S+)?)* -command (.+)$/is;
/** Docker writes the build arguments of a step before its command: `|2 A=1 B=2 /bin/sh -c …`. */
const buildArguments = /^\|\d+ .*?((?:\/bin\/(?:ba|a)?sh|cmd) (?:-|\/S ).+)$/s;

/**
 * What the person wrote after RUN, from the argument list BuildKit joined with spaces: the shell that wraps a command
 * is left out, an exec form is kept as it is.
 */
export function writtenCommand(argv: string): string {
  const command = buildArguments.exec(argv)?.[1] ?? argv;
  const match = posixShell.exec(command) ?? windowsShell.exec(command) ?? powershell.exec(command);
  return match === null ? command : match[1];
}
