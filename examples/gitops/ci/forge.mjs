import { github } from "./github.mjs";
import { gitlab } from "./gitlab.mjs";

/**
 * A comment or an issue that this pipeline's own account wrote.
 * @typedef {{ id: number, body: string }} Note
 */

/**
 * What GitHub and GitLab have in common.
 * @typedef {object} Forge
 * @property {{
 *   list(): Promise<Note[]>,
 *   create(body: string): Promise<unknown>,
 *   update(id: number, body: string): Promise<unknown>,
 * }} comments on the pull or merge request that the job runs for
 * @property {{
 *   listOpen(): Promise<Note[]>,
 *   create(title: string, body: string): Promise<unknown>,
 *   update(id: number, body: string): Promise<unknown>,
 *   comment(id: number, body: string): Promise<unknown>,
 *   close(id: number): Promise<unknown>,
 * }} issues
 */

/**
 * The forge whose pipeline this is.
 *
 * @returns {Forge}
 * @throws {Error} elsewhere
 */
export function forge() {
  if (process.env.GITHUB_ACTIONS === "true") return github();
  if (process.env.GITLAB_CI === "true") return gitlab();
  throw new Error("This runs in GitHub Actions and GitLab CI only.");
}
