import Sequencer from "@jest/test-sequencer";

/** What takes minutes, most of it waiting: begun first, it ends beside the others, and not after them. */
const LONGEST = /faults.(suite|controls|skipped-checkpoints)|e2e.proof|examples.readme|docs.quickstart/;

/** Jest's own order knows durations only where the tests have run before. */
export default class LongestFirst extends Sequencer {
  /** @param {Parameters<Sequencer["sort"]>[0]} tests */
  sort(tests) {
    const sorted = [...super.sort(tests)];
    return sorted.sort((a, b) => Number(LONGEST.test(b.path)) - Number(LONGEST.test(a.path)));
  }
}
