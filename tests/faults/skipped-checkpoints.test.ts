import { describeKills, killUps } from "./skipped-checkpoints";

/** A small, fixed part of what `npm run faults -- --skipped-checkpoints` runs; see docs/reliability.md. */
test("an up that was killed before it wrote any state is made good by the next one", async () => {
  const kills = await killUps({ kills: 2, webhooks: 30, seed: 1 });
  expect(kills.map(({ findings }) => findings)).toEqual(
    kills.map(() => ({ lost: [], duplicated: [], orphaned: [], leaked: [], broken: [] })),
  );
  expect(describeKills(kills, 30).at(-1)).toBe("kills 2, lost 0, duplicated 0, orphaned 0, broken 0");
  expect(Math.max(...kills.map(({ created }) => created))).toBeGreaterThan(0);
});

test("without adoption there are doubles: it can see", async () => {
  const [killed] = await killUps({ kills: 1, webhooks: 30, seed: 1, ifExists: "create" });
  expect(killed?.created).toBeGreaterThan(0);
  expect(killed?.findings.duplicated).toHaveLength(killed?.created ?? Number.NaN);
});
