import { required, restClient } from "./rest.mjs";

/** @returns {import("./forge.mjs").Forge} */
export function github() {
  const { GITHUB_API_URL, GITHUB_REPOSITORY } = process.env;
  const token = required("GITHUB_TOKEN", "give this step github.token under that name.");
  const { send, list } = restClient(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}`, {
    authorization: `Bearer ${token}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
  const pullRequest = () =>
    required("PULL_REQUEST", "give this step github.event.pull_request.number under that name.");
  /** @param {{ user?: { type: string } }} item */
  // Everybody may write a comment with our marker; only what a bot wrote is changed.
  const isOurs = ({ user }) => user?.type === "Bot";

  return {
    comments: {
      list: async () => (await list(`/issues/${pullRequest()}/comments?per_page=100`)).filter(isOurs),
      create: async (body) => await send("POST", `/issues/${pullRequest()}/comments`, { body }),
      update: async (id, body) => await send("PATCH", `/issues/comments/${id}`, { body }),
    },
    issues: {
      listOpen: async () =>
        (await list("/issues?state=open&per_page=100"))
          .filter(isOurs)
          .map(({ number, body }) => ({ id: number, body: body ?? "" })),
      create: async (title, body) => await send("POST", "/issues", { title, body }),
      update: async (id, body) => await send("PATCH", `/issues/${id}`, { body }),
      comment: async (id, body) => await send("POST", `/issues/${id}/comments`, { body }),
      close: async (id) => await send("PATCH", `/issues/${id}`, { state: "closed" }),
    },
  };
}
