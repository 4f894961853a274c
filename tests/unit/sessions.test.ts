import { Sessions } from "../../provider/src/lifecycle/sessions";
import { ConfigError } from "../../provider/src/up42/errors";

/** Sessions over a configuration that a test can change, and the keys that they have read of it. */
function sessionsOver(config: Record<string, string>) {
  const read: string[] = [];
  const find = (key: string): string | undefined => {
    read.push(key);
    return config[key];
  };
  return { sessions: new Sessions({ config: find, env: {} }), read };
}

const tokenOf = (profile: string, accessToken: string) => ({ [`${profile}:accessToken`]: accessToken });

describe("the sessions of a process", () => {
  test("read the configuration once for each profile, however many calls there are", () => {
    const { sessions, read } = sessionsOver({ ...tokenOf("up42", "ours"), ...tokenOf("up42-a", "theirs") });
    const first = [sessions.for(undefined), sessions.for("a")];
    expect(read).toEqual(expect.arrayContaining(["up42:accessToken", "up42-a:accessToken"]));
    read.length = 0;
    expect(sessions.for(undefined)).toBe(first[0]);
    expect(sessions.for("a")).toBe(first[1]);
    expect(read).toEqual([]);
    expect(first[0]).not.toBe(first[1]);
  });

  test("are others once the configuration has changed and is read again, and the same when it changes back", () => {
    const config = tokenOf("up42", "first");
    const { sessions } = sessionsOver(config);
    const first = sessions.for(undefined);
    Object.assign(config, tokenOf("up42", "second"));
    sessions.reread();
    const second = sessions.for(undefined);
    expect(second).not.toBe(first);
    Object.assign(config, tokenOf("up42", "first"));
    sessions.reread();
    expect(sessions.for(undefined)).toBe(first);
  });

  test("are there once a configuration that could not be used is corrected", () => {
    const config: Record<string, string> = {};
    const { sessions } = sessionsOver(config);
    expect(() => sessions.for(undefined)).toThrow(ConfigError);
    Object.assign(config, tokenOf("up42", "ours"));
    expect(sessions.for(undefined)).toBe(sessions.for(undefined));
  });
});
