/** The script of Pulumi's SDK that runs a program for the CLI, in the folder where the host will be started too. */
const RUN_BY_CLI = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run(?![\w-])/;

/** Whether the CLI runs the program in a process of its own, with its own environment; an inline program runs elsewhere. */
export function isRunByCli(script = process.argv[1] ?? ""): boolean {
  return RUN_BY_CLI.test(script);
}
