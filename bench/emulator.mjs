import { startEmulator } from "up42-emulator";

// The emulator in a process of its own: its work must not count as the provider's. Every message is answered with the
// number of requests since the last one.
const emulator = await startEmulator({ latencyMs: Number(process.env.BENCH_LATENCY) });
const answer = () => {
  process.send?.({ url: emulator.url, requests: emulator.requests.length });
  emulator.clearRequests();
};
process.on("message", answer);
process.on("disconnect", () => process.exit(0));
answer();
