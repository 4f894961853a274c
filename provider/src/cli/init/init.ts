import { basename, resolve } from "node:path";
import { packageVersion } from "../../config/package-version";
import { Up42Error } from "../../up42/errors";
import { note } from "../account";
import { slug } from "../names";
import { print } from "../output";
import { PulumiCli } from "../pulumi-cli";
import { quoted } from "../shell";
import { askForLanguage, type Terminal } from "./ask";
import { managerFrom, template } from "./templates";
import { writeNewFiles } from "./write";

/** The options of `pulumi-up42 init`. */
export interface InitOptions {
  readonly cwd: string;
  readonly language?: string;
  /** Whether to create the stack that the files configure. */
  readonly stack: boolean;
}

/** The stack whose settings are among the files. */
const STACK = "dev";

/** What makes the provider's Python package from its plugin, and installs it with what the program needs. */
const ADD_PACKAGE = "pulumi package add ./node_modules/pulumi-up42/pulumi-resource-up42";

/**
 * Writes a project whose webhook is deployed to the emulator, and creates its stack. It asks for the language only in
 * a terminal, and overwrites nothing.
 *
 * @throws Up42Error when a file is there already: then none is written.
 */
export async function initProject(
  folder: string,
  options: InitOptions,
  terminal: Terminal = process,
): Promise<void> {
  const target = resolve(options.cwd, folder);
  const language = options.language ?? (await askForLanguage(terminal));
  const manager = managerFrom(process.env.npm_config_user_agent);
  const files = template(language, manager, {
    name: projectName(target),
    version: packageVersion(),
  });
  await writeNewFiles(target, files);
  print(`Wrote ${[...files.keys()].join(", ")}.`);
  const hasStack = options.stack && (await createStack(target));
  const steps = [
    ...(folder === "." ? [] : [`cd ${quoted(folder)}`]),
    `${manager} install`,
    ...(language === "python" ? [ADD_PACKAGE] : []),
    ...(hasStack ? [] : [`pulumi stack init ${STACK}`]),
    `${manager} start    UP42, emulated, and a receiver; leave it running`,
    "pulumi up    in another terminal",
  ];
  print(`\nWhat to do next:\n${steps.map((step) => `  ${step}`).join("\n")}`);
}

/** A project's name after its folder. A program in YAML has its settings under it, where no others may be. */
export function projectName(target: string): string {
  const name = slug(basename(target)) || "webhooks";
  return name === "up42" || name === "pulumi" ? `${name}-webhooks` : name;
}

/** Without it, everything else is still right: the user may have to log in, or to install Pulumi, first. */
async function createStack(cwd: string): Promise<boolean> {
  try {
    await new PulumiCli({ cwd }).createStack(STACK);
    print(`Created the stack ${STACK}.`);
    return true;
  } catch (error) {
    if (!(error instanceof Up42Error)) {
      throw error;
    }
    note(`The stack ${STACK} was not created. ${error.message}`);
    return false;
  }
}
