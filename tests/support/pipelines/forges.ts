import type { Listening } from "../listen";
import { type ForgeRequest, type Note, type Route, startForge } from "./forge";

/** A forge with a pull or merge request, number 7, on which a person has commented. */
export interface FilledForge extends Listening {
  readonly request: Note;
  /** Without the request. */
  readonly issues: readonly Note[];
}

/** The id of the pull or merge request. */
export const REQUEST = 7;

type Handler = (id: number, body: ForgeRequest["body"]) => unknown;

/**
 * GitHub's API, as far as pipelines use it.
 *
 * @param decoy what a person wrote on the pull request, and in an issue
 */
export async function startGithub(token: string, decoy: string): Promise<FilledForge> {
  const store = new Store(decoy);
  const view = ({ id, title, body, author }: Note) => {
    const type = author === "bot" ? "Bot" : "User";
    return { id, number: id, title, body, user: { login: author, type } };
  };
  const base = "/repos/acme/webhooks";
  const route = routes({
    [`GET ${base}/issues`]: () => [store.request, ...store.issues].filter(({ isOpen }) => isOpen).map(view),
    [`POST ${base}/issues`]: (_, body) => view(store.addIssue(body.title, body.body)),
    [`PATCH ${base}/issues/:id`]: (id, body) => view(store.change(id, body.body, body.state === "closed")),
    [`GET ${base}/issues/:id/comments`]: (id) => store.find(id).comments.map(view),
    [`POST ${base}/issues/:id/comments`]: (id, body) => view(store.addComment(id, body.body)),
    [`PATCH ${base}/issues/comments/:id`]: (id, body) => view(store.change(id, body.body, false)),
  });
  return filled(await startForge(({ authorization }) => authorization === `Bearer ${token}`, route), store);
}

/** GitLab's API, as far as pipelines use it. */
export async function startGitlab(token: string, decoy: string): Promise<FilledForge> {
  const store = new Store(decoy);
  const userId = { bot: 99, person: 1 };
  const view = ({ id, title, body, author }: Note) => ({
    id,
    iid: id,
    title,
    body,
    description: body,
    author: { id: userId[author] },
  });
  const base = "/projects/42";
  const route = routes({
    "GET /user": () => ({ id: userId.bot }),
    [`GET ${base}/issues`]: () => store.issues.filter(({ isOpen }) => isOpen).map(view),
    [`POST ${base}/issues`]: (_, body) => view(store.addIssue(body.title, body.description)),
    [`PUT ${base}/issues/:id`]: (id, body) =>
      view(store.change(id, body.description, body.state_event === "close")),
    [`POST ${base}/issues/:id/notes`]: (id, body) => view(store.addComment(id, body.body)),
    [`GET ${base}/merge_requests/${REQUEST}/notes`]: () => store.request.comments.map(view),
    [`POST ${base}/merge_requests/${REQUEST}/notes`]: (_, body) => view(store.addComment(REQUEST, body.body)),
    [`PUT ${base}/merge_requests/${REQUEST}/notes/:id`]: (id, body) =>
      view(store.change(id, body.body, false)),
  });
  return filled(await startForge((headers) => headers["private-token"] === token, route), store);
}

class Store {
  readonly request: Note;
  readonly issues: Note[];
  #ids = 100;

  constructor(decoy: string) {
    const note = (id: number, body: string, comments: Note[] = []): Note => ({
      id,
      author: "person",
      title: "",
      body,
      isOpen: true,
      comments,
    });
    this.request = note(REQUEST, "A change", [note(11, "Looks good"), note(12, decoy)]);
    this.issues = [note(8, decoy)];
  }

  find(id: number): Note {
    const found = [this.request, ...this.issues]
      .flatMap((note) => [note, ...note.comments])
      .find((note) => note.id === id);
    if (found === undefined) throw new Error(`There is no ${id}.`);
    return found;
  }

  addIssue(title: unknown, body: unknown): Note {
    const issue = this.#note(title, body);
    this.issues.push(issue);
    return issue;
  }

  addComment(id: number, body: unknown): Note {
    const comment = this.#note("", body);
    this.find(id).comments.push(comment);
    return comment;
  }

  change(id: number, body: unknown, close: boolean): Note {
    const note = this.find(id);
    if (body !== undefined) note.body = String(body);
    if (close) note.isOpen = false;
    return note;
  }

  #note(title: unknown, body: unknown): Note {
    this.#ids += 1;
    return {
      id: this.#ids,
      author: "bot",
      title: String(title),
      body: String(body),
      isOpen: true,
      comments: [],
    };
  }
}

function filled(forge: Listening, { request, issues }: Store): FilledForge {
  return { ...forge, request, issues };
}

/** Finds the handler of a request, whose path may have one `:id`. */
function routes(handlers: Readonly<Record<string, Handler>>): Route {
  const patterns = Object.entries(handlers).map(([pattern, handler]) => ({
    expression: new RegExp(`^${pattern.replace(":id", "(\\d+)")}$`),
    handler,
  }));
  return ({ method, path, body }) => {
    for (const { expression, handler } of patterns) {
      const match = expression.exec(`${method} ${path}`);
      if (match) return handler(Number(match[1]), body);
    }
    return undefined;
  };
}
