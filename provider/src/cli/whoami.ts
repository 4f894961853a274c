import { Sessions } from "../lifecycle/sessions";
import { type AccountOptions, readSource, reporter } from "./account";
import { print, printJson, table } from "./output";
import { accountOf, settingsInUse } from "./settings";

/** The options of `pulumi-up42 whoami`. */
export interface WhoamiOptions extends AccountOptions {
  readonly json?: boolean;
}

/**
 * Logs in, and prints which account and workspace `pulumi up` would use here, and where each setting comes from. It
 * prints no credential but the user's or the project's name.
 *
 * @throws Up42Error when the settings cannot be used, or UP42 refuses them.
 */
export async function whoami(options: WhoamiOptions): Promise<void> {
  const source = await readSource(options);
  const settings = settingsInUse(source, options.profile);
  const session = new Sessions(source).for(options.profile);
  const workspaceId = await session.run("log in", { reporter }, async (operation) => {
    await session.api.login(operation);
    return await session.workspaceId(undefined, operation);
  });
  const account = accountOf(settings);
  if (options.json === true) {
    const region = settings.find(({ name }) => name === "region")?.value;
    printJson({
      account: account ?? null,
      workspaceId,
      region,
      settings: settings.map(({ value = null, ...setting }) => ({ ...setting, value })),
    });
    return;
  }
  const rows = settings.map(({ name, value, from }) => [name, value ?? "(not shown)", from]);
  const hasWorkspace = settings.some(({ name }) => name === "workspaceId");
  print(`Account ${account ?? "of the access token"}, workspace ${workspaceId}\n`);
  print(
    table(
      ["SETTING", "VALUE", "FROM"],
      hasWorkspace ? rows : [...rows, ["workspaceId", workspaceId, "UP42: the account's own"]],
    ),
  );
}
