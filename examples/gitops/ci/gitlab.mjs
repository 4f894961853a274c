import { required, restClient } from "./rest.mjs";

/** @returns {import("./forge.mjs").Forge} */
export function gitlab() {
  const { CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID } = process.env;
  const token = required(
    "GITLAB_TOKEN",
    "make a project access token (role Reporter, scope api) a CI/CD variable.",
  );
  const { send, list } = restClient(`${CI_API_V4_URL}`, { "private-token": token });
  const project = `/projects/${CI_PROJECT_ID}`;
  const notes = `${project}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;
  /** @param {string} path */
  // Everybody may write a note with our marker; only what this token's own user wrote is changed.
  const listOurs = async (path) => {
    const [me, items] = await Promise.all([send("GET", "/user"), list(path)]);
    return items.filter(({ author }) => author.id === me.id);
  };

  return {
    comments: {
      list: async () => await listOurs(`${notes}?per_page=100`),
      create: async (body) => await send("POST", notes, { body }),
      update: async (id, body) => await send("PUT", `${notes}/${id}`, { body }),
    },
    issues: {
      listOpen: async () =>
        (await listOurs(`${project}/issues?state=opened&scope=all&per_page=100`)).map(
          ({ iid, description }) => ({
            id: iid,
            body: description ?? "",
          }),
        ),
      create: async (title, body) => await send("POST", `${project}/issues`, { title, description: body }),
      update: async (id, body) => await send("PUT", `${project}/issues/${id}`, { description: body }),
      comment: async (id, body) => await send("POST", `${project}/issues/${id}/notes`, { body }),
      close: async (id) => await send("PUT", `${project}/issues/${id}`, { state_event: "close" }),
    },
  };
}
