import { Deadline, type Operation } from "../../provider/src/up42/operation";
import { waitFor } from "../../provider/src/up42/waiting";

const within = (milliseconds: number): Operation => ({
  deadline: new Deadline(milliseconds),
  report: () => undefined,
});

test("work that others wait for too is passed on, its failure as well", async () => {
  await expect(waitFor(Promise.resolve("done"), within(60_000), "the login")).resolves.toBe("done");
  const failure = new Error("refused");
  await expect(waitFor(Promise.reject(failure), within(60_000), "the login")).rejects.toBe(failure);
});

test("an operation whose time is over stops waiting, and the work goes on for the others", async () => {
  let finish = (_value: string): void => undefined;
  const work = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const patient = waitFor(work, within(60_000), "the login");
  await expect(waitFor(work, within(1), "the login")).rejects.toThrow(
    /^the login took longer than this operation may take$/,
  );
  finish("done");
  await expect(patient).resolves.toBe("done");
});
